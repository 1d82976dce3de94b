# A node of Parlance: docker build -t parlance .
FROM node:26-slim AS build
WORKDIR /parlance
# Dependencies first: they are installed again only when their list has changed.
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
RUN node scripts/setup.mjs
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:26-slim
ENV NODE_ENV=production \
    PARLANCE_HOST=0.0.0.0 \
    PARLANCE_DATA=/data
WORKDIR /parlance
COPY --from=build /parlance/package.json /parlance/LICENSE ./
COPY --from=build /parlance/node_modules ./node_modules
COPY --from=build /parlance/dist ./dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8765 12345 12346
# Whether the process answers: a restart cures that, and nothing else. Balancers ask /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://localhost:${(process.env.PARLANCE_PORT || '8765').split(',')[0]}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Without a shell in between: SIGTERM reaches the server itself, which takes its leave of everybody.
ENTRYPOINT ["node", "--max-semi-space-size=16", "dist/cli/main.js"]
CMD ["serve"]
