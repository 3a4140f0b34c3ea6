// A conforming provider of OpenID Connect on loopback, for the tests of the sign-in. PKCE is required; any password signs in.
// OP_PORT; OP_SITE: the address of POMS; OP_USERS: a JSON object, by subject the claims.
import { Provider } from 'oidc-provider';

const { OP_PORT: port, OP_SITE: site, OP_USERS: told } = process.env;
const users = JSON.parse(told);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'poms',
    client_secret: 'a secret of poms that is long enough',
    redirect_uris: [`${site}/oidc/callback/`],
    post_logout_redirect_uris: [`${site}/me/sign-in/`],
    backchannel_logout_uri: `${site}/oidc/back-channel-logout/`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  }],
  pkce: { required: () => true },
  scopes: ['openid', 'email', 'profile'],
  claims: { openid: ['sub'], email: ['email'], profile: ['given_name', 'family_name', 'preferred_username', 'groups'] },
  findAccount: (ctx, id) => users[id] && { accountId: id, claims: async () => ({ sub: id, ...users[id] }) },
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
  fetch: (url, { dispatcher, ...options }) => fetch(url, options), // its own dispatcher reaches no loopback, and there is where POMS is tested
  cookies: { keys: ['of these tests'] },
});
const server = provider.listen(port, '127.0.0.1', () => console.log('ready'));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit(0)));
