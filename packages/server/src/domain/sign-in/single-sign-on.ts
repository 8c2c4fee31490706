import type { Configuration } from 'openid-client'

/** What has to be known again when somebody comes back from the provider. */
export type Begun = { state: string; nonce: string; verifier: string }

/** Who the provider says somebody is; undefined when it vouches for no address. */
export type Identity = { email: string | undefined; isVerified: boolean }

/** Signing in at a provider of OpenID Connect. Undefined in a context: none is set. */
export type SingleSignOn = {
  label: string
  /** Where to send somebody who wants to sign in; `callback` is where the provider sends them afterwards. */
  begin(callback: string): Promise<{ address: string; begun: Begun }>
  /** `address` is the one they came back to, as they see it. Throws for anything that is not as it should be. */
  finish(address: URL, begun: Begun): Promise<Identity>
}

type OidcSettings = {
  OPENFIELD_OIDC_ISSUER: string | undefined
  OPENFIELD_OIDC_CLIENT_ID: string | undefined
  OPENFIELD_OIDC_CLIENT_SECRET: string | undefined
  OPENFIELD_OIDC_LABEL: string
}

/** The provider of the settings. The library and what the provider says of itself are loaded by the first who asks. */
export function openSingleSignOn(settings: OidcSettings): SingleSignOn | undefined {
  const { OPENFIELD_OIDC_ISSUER: issuer, OPENFIELD_OIDC_CLIENT_ID: clientId } = settings
  if (issuer === undefined || clientId === undefined) return undefined
  const library = () => import('openid-client')
  let discovering: Promise<Configuration> | undefined
  const provider = () => {
    discovering ??= discover(issuer, clientId, settings.OPENFIELD_OIDC_CLIENT_SECRET).catch((error) => {
      discovering = undefined
      throw error
    })
    return discovering
  }
  return {
    label: settings.OPENFIELD_OIDC_LABEL,
    async begin(callback) {
      const client = await library()
      const begun = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const address = client.buildAuthorizationUrl(await provider(), {
        redirect_uri: callback,
        scope: 'openid email',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      })
      return { address: address.href, begun }
    },
    async finish(address, { state, nonce, verifier }) {
      const client = await library()
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
      const tokens = await client.authorizationCodeGrant(await provider(), address, checks)
      const claims = tokens.claims()
      if (!claims) throw new Error('the provider sent no ID token')
      const about = claims.email
        ? claims
        : await client.fetchUserInfo(await provider(), tokens.access_token, claims.sub)
      const { email, email_verified } = about
      return { email: typeof email === 'string' ? email : undefined, isVerified: email_verified === true }
    },
  }
}

async function discover(issuer: string, clientId: string, secret: string | undefined) {
  const { allowInsecureRequests, discovery, None } = await import('openid-client')
  // Plain http is for whoever runs the provider beside us, and says so in the address.
  const execute = issuer.startsWith('http:') ? [allowInsecureRequests] : []
  return discovery(new URL(issuer), clientId, secret, secret === undefined ? None() : undefined, { execute })
}
