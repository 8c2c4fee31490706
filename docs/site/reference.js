/* Starts the interactive reference. It is told to load nothing from outside and to try requests on this server. */
window.Scalar.createApiReference('#reference', {
  url: new URL('openapi.json', window.location.href).href,
  servers: [{ url: new URL('.', window.location.href).href.replace(/\/$/, ''), description: 'This server' }],
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  authentication: { preferredSecurityScheme: 'bearerAuth' },
})
