# Docket in a container:
#
#   docker build -t docket .
#   docker run -p 127.0.0.1:8000:8000 -v docket:/var/lib/docket docket
#
# scripts/check-package does the same steps without Docker, in a chroot, and starts what is started here.

FROM debian:bookworm-slim AS build
WORKDIR /src
# A layer of its own: the packages to build with are installed anew only when that script changes.
COPY scripts/setup scripts/
RUN scripts/setup --build --package
COPY . .
RUN scripts/package

FROM debian:bookworm-slim
COPY --from=build /src/build/package/libnginx-mod-http-docket_*.deb /tmp/docket/
COPY scripts/install-container /tmp/docket/
RUN /tmp/docket/install-container /tmp/docket/*.deb && rm -r /tmp/docket
COPY conf/container.conf /etc/nginx/container.conf
USER www-data
VOLUME /var/lib/docket
EXPOSE 8000
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD curl -fsS -o /dev/null http://127.0.0.1:8000/health
CMD ["nginx", "-e", "stderr", "-c", "/etc/nginx/container.conf", "-g", "daemon off;"]
