import { randomBytes } from 'node:crypto';
import type { RateWindow } from '../rate-limit.ts';
import type { Precision } from './local-time.ts';
import { type AdvowareRecord, canonicalName, isPartyProperty } from './record.ts';

/** What a client needs to get a token. `apiKey` is base64; `user` are the initials of a member of staff. */
export type AdvowareCredentials = {
  appId: string;
  apiKey: string;
  kanzlei: string;
  database: string;
  user: string;
  password: string;
};

export type AnswerShape = 'object' | 'list';

/** The form of answers that carry one record, per method. */
export type AnswerShapes = { get: AnswerShape; put: AnswerShape; post: AnswerShape };

/** Each option that chooses between behaviours stands for something that no public source settles. */
export type AdvowareOptions = {
  /** 0 (the default) takes any free port. */
  port?: number;
  now?: () => Date;
  credentials?: Partial<AdvowareCredentials>;
  /** The office's zone, in which `geaendertAm` is written. */
  timeZone?: string;
  timePrecision?: Precision;
  basePath?: string;
  /** `full`: a PUT empties what its body leaves out. `partial`: it keeps it. */
  put?: 'full' | 'partial';
  /** One word for all methods, or a form per method. Default: GET and PUT a list of one, POST the object. */
  answerShape?: AnswerShape | Partial<AnswerShapes>;
  postAnswersRowId?: boolean;
  propertyCase?: 'camel' | 'pascal';
  /** True: a PUT whose `rowId` is missing or outdated gets 409. */
  checkRowId?: boolean;
  /** Properties that POST and PUT accept and don't store. */
  ignoredFields?: readonly string[];
  /** Longest text per property in characters; the rest is cut without a word. Merged into the defaults. */
  maxLengths?: Readonly<Record<string, number>>;
  /** Answer about an unknown `betNr`: a status, or 200 with an empty list. */
  notFound?: '404' | '500' | 'empty';
  /** Properties by which the list route can be asked; none: there is no list route. */
  search?: readonly string[];
  tokenLifeMs?: number;
  /** True: discovery names a connector, and the API is reachable there only. */
  useConnectorUrl?: boolean;
  /** Status of a refused token request. */
  tokenRefusedStatus?: number;
  /** Status of a token request while the firm is offline. */
  tokenOfflineStatus?: number;
  /** Status of an API call while the firm is offline. */
  apiOfflineStatus?: number;
  /** Of the dice that say which requests a fault with a probability hits. */
  faultSeed?: number;
  /** Told of every stored state of a party, whoever wrote it, before the request is answered. Null: it was removed. */
  onSave?: (betNr: number, party: AdvowareRecord | null) => void;
  /** How many requests, logins included, get through; the rest gets 429. Default: all of them. */
  rateLimit?: readonly RateWindow[];
};

export type AdvowareSettings = Required<Omit<AdvowareOptions, 'credentials' | 'answerShape'>> & {
  credentials: AdvowareCredentials;
  answerShapes: AnswerShapes;
};

/** An option names a property that a party doesn't have, so it would have no effect. */
export class UnknownPropertyOption extends Error {
  readonly code = 'ADVOWARE_SIMULATOR_UNKNOWN_PROPERTY';
  constructor(name: string) {
    super(`A party has no property "${name}"`);
  }
}

const defaultMaxLengths = {
  anrede: 50,
  titel: 50,
  vorname: 100,
  name: 100,
  zusatz: 100,
  bAnrede: 100,
  rechtsform: 100,
  kurzname: 50,
};

const defaultIgnoredFields = [
  'art',
  'kurzname',
  'geburtsname',
  'familienstand',
  'handelsRegisterNummer',
  'registergericht',
];

const defaults = {
  port: 0,
  now: () => new Date(),
  timeZone: 'Europe/Berlin',
  timePrecision: 'seconds',
  basePath: '/api/v1/advonet',
  put: 'full',
  postAnswersRowId: true,
  propertyCase: 'camel',
  checkRowId: false,
  notFound: '404',
  tokenLifeMs: 55 * 60_000,
  useConnectorUrl: false,
  tokenRefusedStatus: 401,
  tokenOfflineStatus: 400,
  apiOfflineStatus: 503,
  faultSeed: 1,
  onSave: () => undefined,
  rateLimit: [],
} as const;

/** Fills in the defaults; throws `UnknownPropertyOption`. */
export function resolveOptions(options: AdvowareOptions): AdvowareSettings {
  return {
    ...defaults,
    ...options,
    credentials: { ...defaultCredentials(), ...options.credentials },
    answerShapes: resolveAnswerShapes(options.answerShape),
    ignoredFields: (options.ignoredFields ?? defaultIgnoredFields).map(propertyName),
    search: (options.search ?? []).map(propertyName),
    maxLengths: resolveMaxLengths(options.maxLengths ?? {}),
  };
}

function defaultCredentials(): AdvowareCredentials {
  return {
    appId: 'b3e1a9c4-6f0d-4f5e-9a37-2f6f0a1c7d55',
    apiKey: randomBytes(64).toString('base64'),
    kanzlei: 'Kanzlei Müller & Größe',
    database: 'Advoware',
    user: 'JÄ',
    password: 'geheim-ß-1',
  };
}

function resolveAnswerShapes(shape: AdvowareOptions['answerShape']): AnswerShapes {
  if (shape === 'object' || shape === 'list') return { get: shape, put: shape, post: shape };
  return { get: 'list', put: 'list', post: 'object', ...shape };
}

function resolveMaxLengths(given: Readonly<Record<string, number>>): Record<string, number> {
  const named = Object.entries(given).map(([name, length]) => [propertyName(name), length] as const);
  return { ...defaultMaxLengths, ...Object.fromEntries(named) };
}

function propertyName(name: string): string {
  if (!isPartyProperty(name)) throw new UnknownPropertyOption(name);
  return canonicalName(name);
}
