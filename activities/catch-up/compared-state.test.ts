import { describe, expect, test } from '@jest/globals';
import { beteiligte, ignoredByAdvoware } from '../../mappers/beteiligte.ts';
import { comparedState } from './compared-state.ts';

const pair = beteiligte({ readOnlyInAdvoware: ignoredByAdvoware });
const eva = { id: 'e1', version: '2031-05-06 12:00:00', attributes: { lastName: 'Meier', firstName: 'Eva' } };
const stateOf = (changes: Partial<typeof eva> & { readonly attributes?: Record<string, string> } = {}) =>
  comparedState(pair, 'master', { ...eva, ...changes });

describe('the state in which a row was compared', () => {
  test('is another one with another version, or with another value of the same version', () => {
    const others = [
      stateOf({ version: '2031-05-06 12:00:01' }),
      stateOf({ attributes: { ...eva.attributes, lastName: 'Maier' } }),
      stateOf({ attributes: { ...eva.attributes, betnr: '4711' } }),
    ];
    expect(new Set([stateOf(), ...others]).size).toBe(4);
  });

  test('is the same whatever the order of the attributes, what else there is, and how a value is spelled', () => {
    expect(stateOf({ attributes: { firstName: 'Eva', phone: '1', lastName: ' Meier ' } })).toBe(stateOf());
  });

  test('does not show that two records are alike', () => {
    expect(stateOf({ id: 'e2' })).not.toBe(stateOf());
  });

  test('is unknown without a version', () => {
    expect(comparedState(pair, 'master', { ...eva, version: null })).toBeNull();
  });
});
