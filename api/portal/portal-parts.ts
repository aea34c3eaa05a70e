import type { PortalReadings } from '../../store/portal/readings.ts';
import type { OftenAsked } from './often-asked.ts';
import type { CurrencyRules } from './reading/currency.ts';
import type { PortalTokens } from './portal-tokens.ts';
import type { PortalWriting } from './writing/writing-parts.ts';

/** Everything that only the portal's routes use. */
export interface PortalParts {
  readonly tokens: PortalTokens;
  /** Throws while there is no database yet: what needs it answers 503. */
  readonly store: () => PortalReadings;
  readonly oftenAsked: OftenAsked;
  readonly currency: CurrencyRules;
  readonly writing: PortalWriting;
}
