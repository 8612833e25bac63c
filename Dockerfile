# docker build --target cpu -t unmask .

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
RUN deploy/layout /opt/unmask

FROM debian:trixie-slim AS cpu
COPY --from=build /opt/unmask /opt/unmask
# ONNX Runtime would identify the machine and report to its maker; glibc would keep freed memory once per thread.
ENV ORT_DISABLE_TELEMETRY=1 MALLOC_ARENA_MAX=2
USER 65532:65532
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/opt/unmask/ask", "8000", "/health/live"]
ENTRYPOINT ["/opt/unmask/runtime/bin/java", "@/opt/unmask/java.options", "dev.unmask.server.Serve"]
