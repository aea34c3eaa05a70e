import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsAlways } from '../test/support/property.ts';
import { german } from './messages-de.ts';
import { type Language, languages, messagesIn, type NextTry } from './messages.ts';
import { answersTo, type QuestionCode } from './question.ts';
import type { FailureCode } from './retry.ts';
import type { Subject, WaitCode } from './wording.ts';

const zone = 'Europe/Berlin';
const messages = { en: messagesIn('en', zone), de: messagesIn('de', zone) };

const subject: Subject = {
  system: 'Advoware',
  ids: ['r7', 'r8'],
  fields: ['surname', 'title (titel)'],
  correctIn: null,
  reason: 'Advoware: PUT: refused (400)',
};
const withoutField: Subject = { ...subject, fields: [] };
const fromReplica: Subject = { ...subject, system: 'EspoCRM', correctIn: 'Advoware' };
const nobody: Subject = { system: '', ids: [], fields: [], correctIn: null, reason: '' };

const nexts = {
  again: { kind: 'again', at: new Date('2026-11-21T09:15:00Z'), attempt: 2, of: 5 },
  gaveUp: { kind: 'gaveUp' },
  byItself: { kind: 'byItself' },
} as const satisfies Readonly<Record<NextTry['kind'], NextTry>>;

const failureCodes = Object.keys(german.failures) as FailureCode[];
const questionCodes = Object.keys(german.questions) as QuestionCode[];
const waitCodes = Object.keys(german.waits) as WaitCode[];

/** Every text of a language about a subject, by name. */
function everyText(language: Language, about: Subject): readonly (readonly [string, string])[] {
  const said = messages[language];
  const since = nexts.again.at;
  return [
    ...failureCodes.flatMap((code) =>
      Object.values(nexts).map((next) => [`${code}, ${next.kind}`, said.failure(code, about, next)] as const),
    ),
    ...questionCodes.map((code) => [code, said.question(code, about)] as const),
    ['conflict', said.conflict(about.fields)],
    ['waitsFor', said.waitsFor(['102877'])],
    ['parted', said.parted(about.system)],
    ['recovered', said.recovered(about.system, since)],
    ...waitCodes.map((code) => [`waiting, ${code}`, said.waiting({ system: about.system, since, code })] as const),
  ];
}

type Part = 'system' | 'ids' | 'fields' | 'reason';
const shown: Readonly<Record<Part, string>> = {
  system: 'Advoware',
  ids: 'r7, r8',
  fields: 'surname, title (titel)',
  reason: '[Advoware: PUT: refused (400)]',
};
const parts = Object.keys(shown) as Part[];
const named = (text: string): Part[] =>
  parts.filter((part) => (part === 'reason' ? text : text.replace(shown.reason, '')).includes(shown[part]));

type Expected = readonly [readonly Part[], Readonly<Record<Language, RegExp>>];

describe("a question tells the record's owner what it is about and what to do", () => {
  const whatBecomesOfIt = {
    en: /tell an administrator whether to delete this one too, to keep it alone, or to create it there again\.$/,
    de: /der Administration sagen, ob dieser auch gelöscht .* allein bestehen .* neu angelegt werden soll\.$/,
  };
  const questions: Readonly<Record<QuestionCode, Expected>> = {
    look_alikes: [
      ['system', 'ids'],
      { en: /enter the number of the right one/, de: /die Nummer des richtigen eintragen/ },
    ],
    gone: [['system', 'ids'], whatBecomesOfIt],
    gone_but_edited: [['system', 'ids'], whatBecomesOfIt],
    deletion_held: [['system', 'ids'], { en: /unusually many/, de: /ungewöhnlich viele/ }],
    delete_by_hand: [['system', 'ids'], { en: /delete r7, r8 there by hand/, de: /r7, r8 dort von Hand löschen/ }],
    may_not_create: [['system'], { en: /make it there/, de: /dort anlegen/ }],
    number_taken: [['ids'], { en: /belongs to another record/, de: /gehört zu einem anderen Datensatz/ }],
    number_changed: [['ids'], { en: /put the old number back/, de: /die alte Nummer wieder eintragen/ }],
    number_unknown: [['system', 'ids'], { en: /correct the number, or clear/, de: /Nummer berichtigen oder leeren/ }],
    maybe_created: [
      ['system'],
      { en: /may exist there.*look it up in Advoware/, de: /vielleicht gibt es ihn dort.*in Advoware nachsehen/ },
    ],
    target_gone: [['ids'], { en: /correct that here or delete this record/, de: /den Verweis hier berichtigen oder/ }],
    loop: [['fields'], { en: /went back and forth/, de: /ging .* hin und her/ }],
  };

  test.each(questionCodes)('%s', (code) => {
    const [names, advice] = questions[code];
    for (const language of languages) {
      const text = messages[language].question(code, subject);
      expect(named(text)).toEqual(names);
      expect(text).toMatch(advice[language]);
      expect(text).toMatch(/\.$/);
    }
  });

  test('every question that can be asked has a text', () => {
    expect(Object.keys(questions)).toEqual(Object.keys(answersTo));
  });

  test('what is left of a deleted couple was not deleted, or was edited', () => {
    expect(messages.en.question('gone', subject)).toContain('Nothing was deleted on the other side');
    expect(messages.de.question('gone', subject)).toContain('wurde nichts gelöscht');
    expect(messages.en.question('gone_but_edited', subject)).toContain('while this one was edited');
    expect(messages.de.question('gone_but_edited', subject)).toContain('während dieser geändert wurde');
  });
});

describe('a failure tells what is the matter', () => {
  const failures: Readonly<Record<FailureCode, Expected>> = {
    rate_limited: [['system'], { en: /asks for a pause/, de: /bittet um eine Pause/ }],
    unavailable: [['system'], { en: /can't be reached/, de: /nicht erreichbar/ }],
    auth_failed: [
      ['system'],
      { en: /refuses Tandem's login.*administrator/, de: /lehnt die Anmeldung.*Administration/ },
    ],
    budget_spent: [['system'], { en: /used up/, de: /verbraucht/ }],
    stopped: [[], { en: /being stopped/, de: /angehalten/ }],
    forbidden: [['system', 'reason'], { en: /change the rights.*"tandem retry"/, de: /Rechte ändern.*„tandem retry“/ }],
    record_failed: [['system', 'reason'], { en: /could not handle this record/, de: /nicht verarbeiten/ }],
    rejected: [
      ['system', 'fields'],
      { en: /correct it here; then it goes on by itself/, de: /hier berichtigen; danach/ },
    ],
    stale_version: [['system'], { en: /being changed/, de: /laufend geändert/ }],
    ambiguous_write: [['system'], { en: /did not confirm a change/, de: /Änderung nicht bestätigt/ }],
    misconfigured: [
      ['system', 'reason'],
      { en: /not set up correctly.*resume/, de: /nicht richtig eingerichtet.*resume/ },
    ],
    unexpected: [[], { en: /for details see the log/, de: /Näheres steht im Protokoll/ }],
  };

  test.each(failureCodes)('%s', (code) => {
    const [names, matter] = failures[code];
    for (const language of languages) {
      const text = messages[language].failure(code, subject, nexts.gaveUp);
      expect(named(text)).toEqual(names);
      expect(text).toMatch(matter[language]);
    }
  });

  test('and what follows, if it may go one way or another', () => {
    const following: Readonly<Record<NextTry['kind'], Readonly<Record<Language, string>>>> = {
      again: {
        en: 'Attempt 2 of 5; it is tried again by itself at 10:15.',
        de: 'Versuch 2 von 5; der nächste folgt von selbst um 10:15 Uhr.',
      },
      gaveUp: {
        en: 'Tandem has given up. Please change the record, or ask an administrator to run "tandem retry".',
        de: 'Tandem hat aufgegeben. Bitte den Datensatz ändern oder die Administration um „tandem retry“ bitten.',
      },
      byItself: { en: 'It goes on by itself.', de: 'Es geht von selbst weiter.' },
    };
    const open = [
      'rate_limited',
      'unavailable',
      'stale_version',
      'ambiguous_write',
      'record_failed',
      'unexpected',
    ] as const;
    for (const language of languages)
      for (const next of Object.values(nexts)) {
        for (const code of open) {
          expect(messages[language].failure(code, subject, next)).toContain(following[next.kind][language]);
        }
        expect(messages[language].failure('rejected', withoutField, next)).toContain(following[next.kind][language]);
      }
  });
});

describe('a refused value', () => {
  test('of this record is corrected here', () => {
    expect(messages.en.failure('rejected', { ...subject, fields: ['firstName'] }, nexts.gaveUp)).toBe(
      'Advoware does not accept the value of the field firstName. Please correct it here; then it goes on by itself.',
    );
    expect(messages.de.failure('rejected', { ...subject, fields: ['firstName'] }, nexts.gaveUp)).toBe(
      'Advoware nimmt den Wert im Feld firstName nicht an. Bitte hier berichtigen; danach wird von selbst abgeglichen.',
    );
  });

  test('that comes from the other system is corrected there', () => {
    expect(messages.en.failure('rejected', fromReplica, nexts.gaveUp)).toMatch(
      /^EspoCRM .* surname, title \(titel\) that comes from Advoware\. Please correct it in Advoware/,
    );
    expect(messages.de.failure('rejected', fromReplica, nexts.gaveUp)).toMatch(
      /^EspoCRM nimmt den Wert aus Advoware im Feld surname, title \(titel\) nicht an\. Bitte in Advoware berichtigen/,
    );
  });

  test("of no named field is told with the system's own reason, if it gave one", () => {
    expect(messages.en.failure('rejected', withoutField, nexts.gaveUp)).toMatch(/ \[Advoware: PUT: refused \(400\)\]$/);
    expect(messages.de.failure('rejected', withoutField, nexts.gaveUp)).toMatch(/ \[Advoware: PUT: refused \(400\)\]$/);
    expect(messages.de.failure('rejected', { ...withoutField, reason: ' ' }, nexts.gaveUp)).toMatch(/bitten\.$/);
  });
});

test('a system that is waited for is told with the time on the clock of the zone, and why', () => {
  const since = new Date('2026-11-21T08:12:59Z');
  const said = (language: Language, code: WaitCode) => messages[language].waiting({ system: 'Advoware', since, code });
  expect(waitCodes.map((code) => said('en', code))).toEqual([
    'Waiting for Advoware since 21 Nov 09:12: asks for a pause',
    'Waiting for Advoware since 21 Nov 09:12: not reachable',
    'Waiting for Advoware since 21 Nov 09:12: login refused',
  ]);
  expect(waitCodes.map((code) => said('de', code))).toEqual([
    'Wartet auf Advoware seit 21.11. 09:12: bittet um eine Pause',
    'Wartet auf Advoware seit 21.11. 09:12: nicht erreichbar',
    'Wartet auf Advoware seit 21.11. 09:12: Anmeldung abgelehnt',
  ]);
  const inTokyo = messagesIn('en', 'Asia/Tokyo').waiting({ system: 'Advoware', since, code: 'unavailable' });
  expect(inTokyo).toContain('since 21 Nov 17:12');
});

test('an open conflict names its fields, and says that all else is equal', () => {
  expect(messages.en.conflict(['surname', 'city'])).toMatch(
    /^surname, city: changed in both.*which value stays.*equal\.$/,
  );
  expect(messages.de.conflict(['surname', 'city'])).toMatch(
    /^surname, city: in beiden .* geändert.*welcher Wert bleibt.*gleich\.$/,
  );
});

test('a record that stays alone is told where its partner was deleted', () => {
  expect(messages.en.parted('Advoware')).toMatch(/deleted in Advoware\. This one stays/);
  expect(messages.de.parted('Advoware')).toMatch(/in Advoware gelöscht\. Dieser bleibt/);
});

test('no German text has English in it, but for the bracketed reason and the names of commands', () => {
  const alike = new Set(['tandem', 'retry', 'resume', 'in', 'an', 'pause', 'hand']);
  const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];
  for (const about of [nobody, { ...nobody, fields: ['1'] }, { ...nobody, fields: ['1'], correctIn: '2' }]) {
    const english = new Map(everyText('en', about));
    for (const [name, text] of everyText('de', about)) {
      const words = new Set(wordsOf(english.get(name) ?? ''));
      expect([name, wordsOf(text).filter((word) => words.has(word) && !alike.has(word))]).toEqual([name, []]);
    }
  }
});

describe('length', () => {
  const longest: Subject = {
    system: 'EspoCRM',
    ids: ['6b00f52007b2f80d3'],
    fields: ['registerNumber (handelsregisterNummer)'],
    correctIn: 'Advoware',
    reason: 'EspoCRM: PUT /api/v1/CBeteiligte/6b00f52007b2f80d3: the answer was cut off',
  };

  test.each(languages)('about one record and one field each text has at most 255 characters: %s', (language) => {
    const tooLong = [longest, { ...longest, fields: [] }, { ...longest, correctIn: null }]
      .flatMap((about) => everyText(language, about))
      .filter(([, text]) => text.length > 255);
    expect(tooLong).toEqual([]);
  });

  test.each(languages)('so has a refusal for a reason that EspoCRM keeps to itself: %s', (language) => {
    const reason = `${longest.reason.slice(0, 52)}refused for a reason that only the log of EspoCRM names (400)`;
    const text = messages[language].failure('rejected', { ...longest, fields: [], reason }, nexts.gaveUp);
    expect(text).toContain('names (400)]');
    expect(text.length).toBeLessThanOrEqual(255);
  });
});

test('whatever a text is about, it is one line and not empty', () => {
  const word = fc.string({ unit: fc.oneof(fc.constantFrom('\n', '\r', '\t', '\u0085', '\u2028', ' '), fc.string()) });
  const anySubject = fc.record({
    system: word,
    ids: fc.array(word),
    fields: fc.array(word),
    correctIn: fc.option(word),
    reason: word,
  });
  holdsAlways(
    fc.property(fc.constantFrom(...languages), anySubject, (language, about) => {
      for (const [, text] of everyText(language, about)) {
        expect(text.trim()).not.toBe('');
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
});
