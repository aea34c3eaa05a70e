import type { Productive } from '../../simulators/productive/start-productive.ts';

/** The settings with which a service finds this Productive, at another address if the way to it leads there. */
export const productiveEnvironment = (
  productive: Pick<Productive, 'url' | 'token' | 'organizationId' | 'persons'>,
  url = productive.url,
): Readonly<Record<string, string>> => ({
  PRODUCTIVE_URL: `${url}/api/v2`,
  PRODUCTIVE_TOKEN: productive.token,
  PRODUCTIVE_ORGANIZATION_ID: productive.organizationId,
  PRODUCTIVE_PERSON_ID: productive.persons.integration,
  PRODUCTIVE_FILES_URL: url,
  PRODUCTIVE_UPLOAD_URL: `${url}/s3`,
});
