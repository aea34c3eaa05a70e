import { expect, test } from '@jest/globals';
import { beteiligte } from '../mappers/beteiligte.ts';
import { attributeInWords, fieldsInWords } from './field-in-words.ts';

const pair = beteiligte({ readOnlyInAdvoware: [] });

test("a field is named as the pair does, with the master's attribute where that is another word", () => {
  expect(fieldsInWords(pair, ['firstName', 'title', 'nothing'])).toEqual(['firstName', 'title (titel)', 'nothing']);
});

test('an attribute that a system refuses is found on its side', () => {
  expect(attributeInWords(pair, 'replica', 'vorname')).toBe('firstName');
  expect(attributeInWords(pair, 'master', 'salutationName')).toBe('salutation (salutationName)');
  expect(attributeInWords(pair, 'master', 'vorname')).toBeNull();
});
