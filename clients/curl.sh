#!/usr/bin/env bash
# Ask a running `./unmask serve` with curl: clients/curl.sh [URL [PHOTO]]
set -euo pipefail
url=${1:-http://localhost:8000}/v2 photo=${2:-photos/chelsea.jpg}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ask() { curl --silent --show-error --fail-with-body "$@"; }

echo "ready?"
ask "$url/health/ready" && echo

echo "what there is, what it takes and gives"
ask -X POST "$url/repository/index" && echo
ask "$url/models/mae-tiny_image" && echo

echo "JSON: the picture as base64"
printf '{"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": ["%s"]}], "outputs": [{"name": "%s"}]}' \
    "$(base64 <"$photo" | tr -d '\n')" anomaly_score >"$work/request.json"
ask "$url/models/mae-tiny_image/infer" --data-binary @"$work/request.json" && echo

echo "binary: JSON, then the tensors; of a picture, its length in 4 bytes and its file"
size=$(wc -c <"$photo")
printf '{"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": %d}}],
    "outputs": [{"name": "cls", "parameters": {"binary_data": true}}]}' $((size + 4)) >"$work/head"
length=$(wc -c <"$work/head")
for shift in 0 8 16 24; do
    printf "\\x$(printf %02x $((size >> shift & 255)))"
done | cat "$work/head" - "$photo" >"$work/request"
ask "$url/models/mae-tiny_image/infer" -H "Inference-Header-Content-Length: $((length))" \
    --data-binary @"$work/request" -D "$work/headers" -o "$work/answer"
length=$(tr -d '\r' <"$work/headers" | awk -F': ' 'tolower($1) == "inference-header-content-length" {print $2}')
head -c "$length" "$work/answer" && echo
echo "and $(($(wc -c <"$work/answer") - length)) bytes of float32"

echo "the picture alone: all outputs come in binary"
ask "$url/models/mae-tiny_image/infer" -H "Inference-Header-Content-Length: 0" \
    --data-binary @"$photo" -o "$work/answer" -w '%{size_download} bytes\n'
