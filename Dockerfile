# docker build --target cpu -t unmask .
# docker build --target cuda -t unmask:cuda .

FROM maven:3.9.16-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml ./
COPY .mvn .mvn
RUN mvn -B -ntp -q dependency:go-offline
COPY src/main src/main
RUN mvn -B -ntp -q -DskipTests -Dspotless.check.skip package
COPY LICENSE ./
COPY photos photos
COPY onnx/mae-tiny onnx/mae-tiny
COPY deploy deploy

FROM build AS cpu-layout
RUN deploy/layout /opt/unmask

FROM python:3.13-slim AS natives
WORKDIR /src
COPY --from=build /src/target/lib target/lib
COPY deploy/pack deploy/pack
RUN python3 -m deploy.pack natives --cuda 13

FROM build AS cuda-layout
COPY --from=natives /root/.cache/unmask /natives
RUN deploy/layout /opt/unmask /natives/*-cuda13

FROM debian:trixie-slim AS cpu
COPY --from=cpu-layout /opt/unmask /opt/unmask
# ONNX Runtime would identify the machine and report to its maker; glibc would keep freed memory once per thread.
ENV ORT_DISABLE_TELEMETRY=1 MALLOC_ARENA_MAX=2
USER 65532:65532
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/opt/unmask/ask", "8000", "/health/live"]
ENTRYPOINT ["/opt/unmask/runtime/bin/java", "@/opt/unmask/java.options", "dev.unmask.server.Serve"]

# As the last one, on a base that has CUDA's libraries; the driver is the host's. Without a card, it does not start.
FROM nvidia/cuda:13.0.2-cudnn-runtime-ubuntu24.04 AS cuda
COPY --from=cuda-layout /opt/unmask /opt/unmask
ENV ORT_DISABLE_TELEMETRY=1 MALLOC_ARENA_MAX=2 UNMASK_DEVICE=cuda
USER 65532:65532
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s CMD ["/opt/unmask/ask", "8000", "/health/live"]
ENTRYPOINT ["/opt/unmask/runtime/bin/java", "@/opt/unmask/java.options", "dev.unmask.server.Serve"]
