import type { PairDefinition } from '../../engine/pair.ts';
import type { Faults } from '../../simulators/faults.ts';
import type { RequestLog } from '../../simulators/request-log.ts';
import type { Answers } from './clerk.ts';
import type { Desk } from './desk.ts';
import type { StoredState } from './evidence.ts';
import type { Share } from './faults.ts';
import type { Finding, Rest } from './findings.ts';
import type { OpsClient } from './ops-client.ts';
import type { PaceOptions } from './pace.ts';
import type { PostOffice } from './post.ts';
import type { ChaosSettings } from './settings.ts';

/** A system outside of Tandem as a run sees it: what it was asked, and how it is made to fail. It never dies: the way to it does. */
export interface Remote {
  readonly name: string;
  readonly requests: RequestLog;
  readonly faults: Faults;
  /** What it does beside what every system does. */
  readonly ownFaults: readonly Share[];
}

/** Where everything can be reached. */
export interface Ways {
  /** Through its link, by the names of `RunFamily.remotes`. */
  readonly remotes: Readonly<Record<string, string>>;
  /** The product's API, through the network. */
  readonly api: string;
  /** Past every link. */
  readonly direct: { readonly api: string; readonly token: string; readonly database: string };
}

/** Those who work in the systems. */
export interface People {
  /** What they have made, and how often they have saved. */
  readonly records: number;
  readonly edits: number;
  /** All of their work; resolves when everything that they have said was taken. */
  play(): Promise<void>;
}

export interface Staff {
  readonly people: People;
  /** What sends the systems' webhooks. */
  readonly post: PostOffice;
  /** How a person answers each question that Tandem asks; whatever else it gives up is started again. */
  readonly answers: Answers;
}

export interface StaffOptions extends Pick<PaceOptions, 'durationMs' | 'isTooMuch'> {
  readonly settings: ChaosSettings;
  readonly desk: Desk;
  readonly ops: OpsClient;
}

/** Both sides of a run and those who work there, whichever pairs it is about. They live in the run's process, so that every save is seen. */
export interface Systems {
  readonly pairs: readonly PairDefinition[];
  readonly remotes: readonly Remote[];
  /** As many records as wait before people go slower. */
  readonly mostWaiting: number;
  /** What the product is told about them. */
  environment(ways: Ways): NodeJS.ProcessEnv;
  /** The database is there, and the product was never started. */
  prepare(ways: Ways): Promise<void>;
  /** The product is there, and nothing has failed yet. */
  begin(ways: Ways): Promise<void>;
  staff(options: StaffOptions): Staff;
  /** What this family sees from outside to have come to no rest yet. */
  restless(): Promise<readonly Finding[]>;
  /** What there is to judge, for each pair. */
  rests(stored: StoredState): Promise<readonly Rest[]>;
  /** What only this family can break. */
  ownFindings(): Promise<readonly Finding[]>;
  /** From now on everything is quiet. @returns what was written meanwhile, when it is asked */
  watchQuiet(): Promise<() => Promise<readonly Finding[]>>;
  stop(): Promise<void>;
}

/** How the systems of a family are started. */
export interface RunFamily {
  /** Each has a link of its own, named so with `-front`. */
  readonly remotes: readonly string[];
  /** @param ports by the names of `remotes` */
  start(ports: Readonly<Record<string, number>>, settings: ChaosSettings): Promise<Systems>;
}
