#!/usr/bin/env bash
# Ask a running `./unmask serve` with grpcurl, which learns by reflection what there is: clients/grpcurl.sh [ADDRESS [PHOTO]]
set -euo pipefail
address=${1:-localhost:8001} photo=${2:-photos/chelsea.jpg}

grpcurl -plaintext "$address" list inference.GRPCInferenceService
grpcurl -plaintext "$address" grpc.health.v1.Health/Check
grpcurl -plaintext "$address" inference.GRPCInferenceService/ServerMetadata
grpcurl -plaintext -d '{"name": "mae-tiny_image"}' "$address" inference.GRPCInferenceService/ModelMetadata

# typed contents; the answer is raw, here in base64
grpcurl -plaintext -d @ "$address" inference.GRPCInferenceService/ModelInfer <<REQUEST
{
  "model_name": "mae-tiny_image",
  "inputs": [
    {
      "name": "image",
      "datatype": "BYTES",
      "shape": [1],
      "contents": {"bytes_contents": ["$(base64 <"$photo" | tr -d '\n')"]}
    }
  ],
  "outputs": [{"name": "anomaly_score"}]
}
REQUEST
