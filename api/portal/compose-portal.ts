import { performance } from 'node:perf_hooks';
import type { OpenDatabase } from '../../store/database.ts';
import { PortalReadings } from '../../store/portal/readings.ts';
import { createOftenAsked } from './often-asked.ts';
import type { PortalParts } from './portal-parts.ts';
import { type CurrencyRules, neverAsking } from './reading/currency.ts';
import { composeWriting, type WritingSettings } from './writing/compose-writing.ts';
import { createPortalTokens, type PortalTokenOptions } from './portal-tokens.ts';

/** How the portal is set up. */
export interface PortalSettings {
  readonly tokens: PortalTokenOptions;
  /** Missing: what is read never asks Productive. */
  readonly currency?: CurrencyRules;
  readonly writing?: WritingSettings;
  /** Milliseconds of a clock that is never put back; for tests. */
  readonly nowMs?: () => number;
}

/** @param database throws while there is none yet */
export function composePortal(
  { tokens, currency = neverAsking, writing = {}, nowMs = () => performance.now() }: PortalSettings,
  database: () => OpenDatabase,
): PortalParts {
  let made: PortalReadings | undefined;
  const store = (): PortalReadings => {
    const { db } = database();
    return (made ??= new PortalReadings(db));
  };
  return {
    tokens: createPortalTokens(tokens),
    store,
    oftenAsked: createOftenAsked(store, nowMs),
    currency,
    writing: composeWriting(writing, database),
  };
}
