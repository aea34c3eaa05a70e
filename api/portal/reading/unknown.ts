import { ApiError } from '../../api-error.ts';

/** Nobody learns from this whether there is such a record that he may not see. */
export const unknownRecord = (what: string, id: string | number): ApiError =>
  new ApiError(404, `unknown_${what.replaceAll(' ', '_')}`, `There is no ${what} ${id}, or it is not yours to see`);
