import { beteiligteFamily } from './beteiligte/family.ts';
import { portalFamily } from './portal/family.ts';
import type { ChaosSettings, FamilyName } from './settings.ts';
import type { RunFamily } from './systems.ts';

const families: Readonly<Record<FamilyName, RunFamily>> = { beteiligte: beteiligteFamily, portal: portalFamily };

/** Which systems a run is about. */
export const familyOf = ({ family }: Pick<ChaosSettings, 'family'>): RunFamily => families[family];
