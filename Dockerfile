# Bourse for production: no development packages, no embedded database, not root.
FROM node:24-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY patches patches

FROM base AS packages
RUN npm ci --omit=dev --omit=optional

FROM base AS client
RUN npm ci --omit=optional
COPY prisma.config.ts ./
COPY prisma prisma
# Generating never runs Prisma's schema engine; naming any file keeps it from being downloaded.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node npx prisma generate

FROM node:24-slim
ENV NODE_ENV=production ENVIRONMENT=production
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=packages /app/node_modules node_modules
COPY prisma prisma
COPY src src
COPY --from=client /app/src/database/generated src/database/generated
# A volume that is mounted here belongs to whom the folder belongs.
RUN mkdir /seals && chown node:node /seals
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# As scripts/lib/server.mjs starts it.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
CMD ["node", "--max-semi-space-size=8", "--initial-old-space-size=64", "--heap-growing-percent=20", "src/main.ts"]
