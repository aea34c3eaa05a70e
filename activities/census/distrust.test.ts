import { describe, expect, test } from '@jest/globals';
import { distrust, type SideResult } from './distrust.ts';

const complete: SideResult = {
  system: 'EspoCRM',
  entity: 'Contact',
  seen: 27_199,
  expected: 27_199,
  linked: 27_000,
  unseen: 0,
};
const doubt = (result: Partial<SideResult>) => distrust({ ...complete, ...result });

test('a complete list is believed', () => {
  expect(doubt({})).toBeNull();
  expect(doubt({ expected: null })).toBeNull();
});

describe('linked records that it does not show', () => {
  test('are believed to be gone as long as they are few', () => {
    expect(doubt({ unseen: 270 })).toBeNull();
    expect(doubt({ linked: 50, unseen: 10 })).toBeNull();
  });

  test('are doubted if they are many', () => {
    expect(doubt({ unseen: 271 })).toContain('EspoCRM does not show 271 of 27000 linked Contact');
    expect(doubt({ linked: 50, unseen: 11 })).toContain('role');
  });
});

describe('an empty list', () => {
  test('is doubted as soon as one record is linked', () => {
    expect(doubt({ seen: 0, expected: 0, linked: 1, unseen: 1 })).toContain('shows no Contact at all');
  });

  test('is believed where nothing is linked', () => {
    expect(doubt({ seen: 0, expected: 0, linked: 0, unseen: 0 })).toBeNull();
  });
});

describe('a list that ends before its own total', () => {
  test('is believed if only a few are missing: somebody may have deleted them meanwhile', () => {
    expect(doubt({ seen: 27_199 - 271 })).toBeNull();
    expect(doubt({ seen: 30_000 })).toBeNull();
  });

  test('is doubted if many are', () => {
    expect(doubt({ seen: 20_000 })).toContain('said that there are 27199 Contact, and its list ended after 20000');
  });
});
