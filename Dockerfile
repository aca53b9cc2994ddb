# Cellar in a container. docker-compose.yml runs it with PostgreSQL, Redis and workers; alone it brings its own database:
#
#   docker build -t cellar .
#   docker run --init --stop-timeout 40 --volume cellar:/data --publish 127.0.0.1:3000:3000 \
#     --env HOST=0.0.0.0 --env ALLOW_INSECURE_BIND=yes cellar
#
# Inside a container 127.0.0.1 is the container, so a published port needs HOST=0.0.0.0. There is no login yet, so that is
# yours to say and not set here; publish the port on 127.0.0.1 as above. http://localhost:3000 is served as it is, any other
# name goes into ALLOWED_HOSTS. A task may take 25 s to end after `docker stop`; Docker's own patience is 10 s.
#
# To pin the base for a release: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…
# (`docker buildx imagetools inspect node:24-bookworm-slim` prints the digest). Alpine does not work: the embedded
# PostgreSQL needs glibc.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build

FROM ${NODE_IMAGE}
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The package `node` brings Node 24 to machines that have none. The base has it already, so 120 MB go again.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev && rm -r node_modules/node node_modules/.bin/node
COPY data data
COPY --from=build /app/dist dist
RUN install -d -o node -g node -m 0750 /data
# Everything above belongs to root. What runs may write to /data only, so the root file system may be read-only.
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node sizes the young generation of its heap by the memory of the machine: 8 MiB instead save 90 MB and cost nothing measurable.
ENV NODE_OPTIONS="--enable-source-maps --max-semi-space-size=8"
CMD ["node", "dist/main.js"]
