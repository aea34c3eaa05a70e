import { alike, type Codec } from './codec.ts';
import { meaningOfText } from './codec-plain.ts';
import type { Canonical } from './values.ts';

/**
 * An e-mail address in lower case, Unicode-normalised (NFC) and trimmed. EspoCRM answers a write in the case that was
 * sent and a later read in the case that it had stored (observed on EspoCRM 9.2.7), so the case means nothing.
 */
export const email = (): Codec => ({
  kind: 'email',
  toCanonical: alike((raw) =>
    typeof raw === 'string' && plainAddress.test(raw) ? raw : meaningOfText(raw, lowerCase),
  ),
  fromCanonical: alike((value) => value),
  examples: [null, 'anna.meier+kanzlei@example.com', 'jörg@müller.example'],
});

/**
 * A phone number. An international one (it starts with + or 00) is "+" and 7 to 15 digits, as in E.164, without the "(0)"
 * that is dialled only at home: EspoCRM stores `+49 (511) 12345-0` as `+49511123450` (observed on EspoCRM 9.2.7).
 * Any other text (a number without country, one with an extension in words, two numbers) passes through with its white
 * space collapsed.
 */
export const phone = (): Codec => ({
  kind: 'phone',
  toCanonical: alike((raw) => {
    if (typeof raw === 'string' && international.test(raw)) return raw;
    return meaningOfText(typeof raw === 'number' ? String(raw) : raw, internationalOrText);
  }),
  fromCanonical: alike((value) => value),
  examples: [null, '+49511123450', '0511 12345-0', '+49 511 12345 ext. 7'],
});

/** ASCII without white space and capitals: canonical as it is. */
const plainAddress = /^[!-@[-~]+$/;
const lowerCase = (text: string): Canonical => text.toLowerCase().normalize('NFC');

const international = /^\+[1-9]\d{6,14}$/;
/** What people and programs put between digits, invisible marks of copied text included. */
const separators = /[\s./\p{Pd}\p{Cf}\u2212]+/gu;
/** Only where nothing stands between: in "0 0511 …" the first zero gets an outside line. */
const dialledAbroad = /^([(\p{Cf}]*)00/u;
/** In Italy (39) the zero belongs to the number and is dialled from abroad too. */
const dialledAtHome = /(\+(?!39)\d{1,3}\)?)\(0\)/;

function internationalOrText(text: string): Canonical {
  const compact = text.replace(dialledAbroad, '$1+').replace(separators, '');
  const number = compact.replace(dialledAtHome, '$1').replace(/[()]/g, '');
  return international.test(number) ? number : text.replace(/\s+/g, ' ');
}
