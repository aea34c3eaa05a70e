import { ApiError } from '../../api-error.ts';

/**
 * Refuses a change that was made from an older version of the row than the stored one. Without the header there is
 * nothing to compare.
 * @param what as people call the record: `task 17`
 * @throws ApiError 400, 412
 */
export function refuseOutdated(ifMatch: string | undefined, version: number, what: string): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  const given = /^(?:W\/)?"?(\d{1,19})"?$/.exec(ifMatch)?.[1];
  if (given === undefined) {
    throw new ApiError(400, 'bad_request', 'If-Match has to be the version of the record, such as "17"');
  }
  if (given === String(version)) return;
  throw new ApiError(
    412,
    'changed_meanwhile',
    `The ${what} was changed meanwhile: it is version ${version} now, not ${given}. Read it again, make the change to what it shows, and send it with If-Match: "${version}"`,
  );
}
