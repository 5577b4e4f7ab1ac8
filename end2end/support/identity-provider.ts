// The certified OpenID provider, with a sign-in page of our own and no passwords.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';

import Provider, { type Context, type Interaction } from 'oidc-provider';

import { PEOPLE, type PersonName } from './people.ts';

export interface Client {
  id: string;
  secret: string;
  /** The portal's public URL. */
  portal: string;
}

export interface Running {
  stop(): Promise<void>;
}

/** Starts the provider on 127.0.0.1: another site than the portal's localhost, as in real life. */
export async function startIdentityProvider(port: number, clients: Client[], log: string): Promise<Running> {
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration(clients));
  for (const event of ['server_error', 'grant.error', 'authorization.error', 'backchannel.error', 'end_session.error']) {
    provider.on(event, (...args) => {
      const errors = args.filter((arg) => arg instanceof Error).map((error) => error.stack ?? error.message);
      appendFileSync(log, `${event}: ${errors.join('\n')}\n`);
    });
  }
  provider.use(signInPage(provider));
  const server = createServer(provider.callback());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configuration(clients: Client[]): Record<string, unknown> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: clients.map(({ id, secret, portal }) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [`${portal}/auth/callback`],
      post_logout_redirect_uris: [`${portal}/`],
      backchannel_logout_uri: `${portal}/auth/backchannel`,
      backchannel_logout_session_required: true,
      require_auth_time: true,
      id_token_signed_response_alg: 'RS256',
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'end2end' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    // Name and groups in the ID token itself: the portal asks no userinfo endpoint.
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'acr', 'amr'], profile: ['name', 'groups'] },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
    },
    interactions: { url: (_: Context, interaction: Interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_: Context, id: string) => {
      const person = Object.hasOwn(PEOPLE, id) ? PEOPLE[id as PersonName] : undefined;
      return person && { accountId: id, claims: () => ({ sub: id, name: person.name, groups: person.groups }) };
    },
    // Nobody is asked for consent: the portal is the organisation's own.
    loadExistingGrant: async (ctx: Context) => {
      const accountId = ctx.oidc.account?.accountId ?? ctx.oidc.session?.accountId;
      if (!ctx.oidc.client || !accountId) return undefined;
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    // Its guard against server-side request forgery keeps back-channel logout from a loopback address.
    fetch: (url: string, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) => fetch(url, options),
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 3_600, IdToken: 300, Interaction: 600, Session: 3_600 },
    renderError: async (ctx: Context, out: Record<string, string>) => {
      page(ctx, 'The provider refused', `<pre>${escape(JSON.stringify(out))}</pre>`);
    },
  };
}

/** Answers `/interaction/…`: a list of people, then whoever was chosen. */
function signInPage(provider: Provider) {
  return async (ctx: Context, next: () => Promise<void>) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    if (ctx.method === 'GET') {
      const { session } = await provider.interactionDetails(ctx.req, ctx.res);
      const buttons = Object.entries(PEOPLE).map(
        ([id, { name }]) => `<li><button name="person" value="${id}">${escape(name)}</button></li>`,
      );
      const title = session ? 'Confirm who you are' : 'Who is signing in?';
      page(ctx, title, `<form method="post"><label>Seconds ago <input name="ago" value="0"></label><ul>${buttons.join('')}</ul><button>Cancel</button></form>`);
      return undefined;
    }
    const answer = new URLSearchParams(await body(ctx.req));
    const accountId = answer.get('person');
    // As somebody whom the provider remembers from then.
    const ts = Math.floor(Date.now() / 1000) - Number(answer.get('ago'));
    const result = accountId
      ? { login: { accountId, acr: '0', amr: ['user'], ts } }
      : { error: 'access_denied', error_description: 'the person went back' };
    return provider.interactionFinished(ctx.req, ctx.res, result);
  };
}

async function logoutSource(ctx: Context, form: string) {
  page(ctx, 'Sign out?', `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`);
}

async function postLogoutSuccessSource(ctx: Context) {
  page(ctx, 'Signed out', '<p>Nobody is signed in.</p>');
}

function page(ctx: Context, title: string, content: string) {
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="en"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>${content}</html>`;
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return text;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
