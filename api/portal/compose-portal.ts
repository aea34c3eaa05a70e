import type { OpenDatabase } from '../../store/database.ts';
import { PortalReadings } from '../../store/portal/readings.ts';
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
}

/** @param database throws while there is none yet */
export function composePortal(
  { tokens, currency = neverAsking, writing = {} }: PortalSettings,
  database: () => OpenDatabase,
): PortalParts {
  return {
    tokens: createPortalTokens(tokens),
    store: () => new PortalReadings(database().db),
    currency,
    writing: composeWriting(writing, database),
  };
}
