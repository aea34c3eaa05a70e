import type { OpenDatabase } from '../../store/database.ts';
import { PortalReadings } from '../../store/portal/readings.ts';
import type { PortalParts } from './portal-parts.ts';
import { composeWriting, type WritingSettings } from './writing/compose-writing.ts';
import { createPortalTokens, type PortalTokenOptions } from './portal-tokens.ts';

/** How the portal is set up. */
export interface PortalSettings {
  readonly tokens: PortalTokenOptions;
  readonly writing?: WritingSettings;
}

/** @param database throws while there is none yet */
export function composePortal({ tokens, writing = {} }: PortalSettings, database: () => OpenDatabase): PortalParts {
  return {
    tokens: createPortalTokens(tokens),
    store: () => new PortalReadings(database().db),
    writing: composeWriting(writing, database),
  };
}
