import { beforeEach, describe, expect, test } from '@jest/globals';
import { batch, type Registration, signature } from '../../test/support/espo-webhook.ts';
import { createEspoCrmWebhookSource } from '../../connectors/espocrm/webhook-source.ts';
import { createContext } from '../../connectors/test-context.ts';
import { type PossibleSender, senderOf } from './sender.ts';
import { createWebhookSecrets } from './webhook-secrets.ts';
import { announcedBy, targetOf } from './webhook-target.ts';

const inFirst: Registration = { id: '6b00f5036c98ebbfb', secret: 'key-in-the-first' };
const inSecond: Registration = { id: '6b00f5036c98ebbfc', secret: 'key-in-the-second' };
const contacts = {
  name: 'contacts',
  master: { system: 'EspoCRM', entity: 'Contact' },
  replica: { system: 'second EspoCRM', entity: 'Contact' },
};

type Keys = ReadonlyMap<string, string>;
const keysOf = (...registrations: readonly Registration[]): Keys =>
  new Map(registrations.map(({ id, secret }) => [id, secret]));
const named = { entity: null, id: 'm1', event: 'update', shown: null };
const nobody = { id: 'unknown', secret: 'guessed' };

let asked: string[];
let crms: Record<string, { readonly configured?: Keys; readonly fetch?: () => Promise<Keys> }>;
beforeEach(() => {
  asked = [];
  crms = {};
});

function knownSenders(): readonly PossibleSender[] {
  return Object.entries(crms).map(([system, { configured = keysOf(), fetch }]) => {
    const source = createEspoCrmWebhookSource(() => {
      asked.push(system);
      return fetch?.() ?? Promise.resolve(keysOf());
    });
    const options = {
      ...{ configured, fetch: () => source.readKeys(createContext()), now: Date.now },
      registered: () => Promise.resolve([]),
      onProblem: () => undefined,
    };
    return { system, source, secrets: createWebhookSecrets(options) };
  });
}

/** Who has sent these requests, one after the other, to a service that has just started; null: unsigned. */
async function senders(registrations: readonly (Registration | null)[], pair = contacts) {
  const known = knownSenders();
  const rawBody = Buffer.from(batch('m1'));
  const found = [];
  for (const registration of registrations) {
    const headers = registration === null ? {} : signature(rawBody, registration);
    const request = { route: `${pair.name}/update`, query: {}, headers, rawBody };
    const target = targetOf(request, known, [pair]);
    const sender = await senderOf(request, target.senders, Date.now());
    const [hint] = sender === null ? [] : announcedBy(named, { system: sender.system, target }, [pair]);
    found.push(hint?.side ?? null);
  }
  return found;
}

describe('of two EspoCRMs', () => {
  test('the one is known whose key fits, and nobody is asked', async () => {
    crms = { EspoCRM: { configured: keysOf(inFirst) }, 'second EspoCRM': { configured: keysOf(inSecond) } };
    expect(await senders([inFirst, inSecond])).toEqual(['master', 'replica']);
    expect(asked).toEqual([]);
  });

  test('neither is mistaken for the other if both number their webhooks alike', async () => {
    const alike = { ...inSecond, id: inFirst.id };
    crms = { EspoCRM: { configured: keysOf(inFirst) }, 'second EspoCRM': { configured: keysOf(alike) } };
    expect(await senders([alike, inFirst, { ...inFirst, secret: 'guessed' }])).toEqual(['replica', 'master', null]);
  });

  test('the master has sent what the keys of both fit', async () => {
    crms = { EspoCRM: { configured: keysOf(inFirst) }, 'second EspoCRM': { configured: keysOf(inFirst) } };
    expect(await senders([inFirst])).toEqual(['master']);
  });

  test('each is asked once about a webhook that was registered since the start', async () => {
    crms = {
      EspoCRM: { fetch: () => Promise.resolve(keysOf(inFirst)) },
      'second EspoCRM': { fetch: () => Promise.resolve(keysOf(inSecond)) },
    };
    expect(await senders([inSecond, inFirst, nobody])).toEqual(['replica', 'master', null]);
    expect(asked).toEqual(['EspoCRM', 'second EspoCRM']);
  });

  test('only the one is asked that does not know the id', async () => {
    const alike = { ...inSecond, id: inFirst.id };
    crms = {
      EspoCRM: { configured: keysOf(inFirst) },
      'second EspoCRM': { fetch: () => Promise.resolve(keysOf(alike)) },
    };
    expect(await senders([alike])).toEqual(['replica']);
    expect(asked).toEqual(['second EspoCRM']);
  });

  test.each<[string, () => Promise<Keys>]>([
    ['never answers', () => new Promise(() => undefined)],
    ['is away', () => Promise.reject(new Error('away'))],
  ])('one that %s does not hold up what the other has sent', async (_title, fetch) => {
    crms = { EspoCRM: { fetch }, 'second EspoCRM': { fetch: () => Promise.resolve(keysOf(inSecond)) } };
    expect(await senders([inSecond])).toEqual(['replica']);
  });
});

test('the side of another system never is the sender', async () => {
  const pair = { ...contacts, master: { system: 'Advoware', entity: 'Beteiligte' } };
  crms = { EspoCRM: { configured: keysOf(inFirst) }, 'second EspoCRM': { configured: keysOf(inSecond) } };
  expect(await senders([inFirst, inSecond], pair)).toEqual([null, 'replica']);
});

test('a request without a signature asks nobody', async () => {
  crms = { EspoCRM: {}, 'second EspoCRM': {} };
  expect(await senders([null])).toEqual([null]);
  expect(asked).toEqual([]);
});
