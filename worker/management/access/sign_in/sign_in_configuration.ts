import * as v from 'valibot';
import { secretEntries } from '../../../http/access/digests.ts';
import { ConfigurationError, documented, parseVariables } from '../../../serving/variables.ts';
import { AccessScopes } from './access_scopes.ts';

/** The Cloudflare Access application in front of this Worker, and what its users may do. */
export interface SignInConfiguration {
  /** The team's address, which issues the assertions: https://team.cloudflareaccess.com. */
  readonly issuer: string;
  /** The tags of the applications whose assertions are accepted. */
  readonly audiences: readonly string[];
  readonly scopes: AccessScopes;
}

const TEAM_RULE = 'must be the domain of a Cloudflare Access team, such as team.cloudflareaccess.com';
const TEAM = /^(?:https:\/\/)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,63})\/?$/i;
const AUDIENCE_RULE = 'must be audience tags of Cloudflare Access applications, separated by commas';

export const SIGN_IN_VARIABLES = v.object({
  ACCESS_TEAM_DOMAIN: documented(
    v.optional(
      v.pipe(
        v.string(TEAM_RULE),
        v.check((text) => text === '' || TEAM.test(text), TEAM_RULE),
      ),
      '',
    ),
    {
      values: 'a domain such as `team.cloudflareaccess.com`',
      meaning: 'the team whose users may sign in through Cloudflare Access. Unset: only tokens are accepted',
    },
  ),
  ACCESS_AUDIENCE: documented(
    v.optional(
      v.pipe(
        v.string(AUDIENCE_RULE),
        v.transform(secretEntries),
        v.check((tags) => tags.every((tag) => /^[\w-]{16,128}$/.test(tag)), AUDIENCE_RULE),
      ),
      '',
    ),
    {
      values: 'audience (AUD) tags, separated by commas',
      meaning:
        'the Access applications in front of this Worker. An assertion for another application is refused',
    },
  ),
  ACCESS_SCOPES: documented(v.optional(v.string('must be entries of the form WHO:SCOPE+SCOPE'), ''), {
    values: 'entries `WHO:SCOPE+SCOPE`, separated by commas',
    meaning:
      'what those who sign in may do. WHO is an email, a domain such as `@example.com`, the client id of a service token, ' +
      'or `*`. Who is named by several entries has the scopes of all of them; who is named by none is refused',
  }),
});

/**
 * Returns the configuration of Cloudflare Access, or undefined if it is not used.
 *
 * @throws ConfigurationError that names every invalid variable
 */
export function parseSignIn(variables: unknown): SignInConfiguration | undefined {
  const {
    ACCESS_TEAM_DOMAIN: team,
    ACCESS_AUDIENCE: audiences,
    ACCESS_SCOPES: scopes,
  } = parseVariables(SIGN_IN_VARIABLES, variables);
  const given = [team !== '', audiences.length > 0, scopes.trim() !== ''];
  if (!given.includes(true)) return undefined;
  if (given.includes(false)) {
    throw new ConfigurationError(
      'ACCESS_TEAM_DOMAIN, ACCESS_AUDIENCE and ACCESS_SCOPES must be set together',
    );
  }
  const domain = TEAM.exec(team)?.[1]?.toLowerCase();
  return { issuer: `https://${domain}`, audiences, scopes: AccessScopes.parse(scopes) };
}
