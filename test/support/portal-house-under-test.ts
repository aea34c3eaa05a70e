import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { CallBudget } from '../../connectors/call-budget.ts';
import type { OpenDatabase } from '../../store/database.ts';
import { openInMemory } from './embedded.ts';
import { empty } from './empty.ts';
import { PortalHouse } from './portal-house.ts';

export interface PortalHouseUnderTest {
  /** For all tests of a file; empty when each begins. */
  readonly database: OpenDatabase;
  /** Of the test that runs. No test may leave a problem that was told. */
  readonly house: PortalHouse;
}

/** A Productive and a portal for each test of a file. Call it where hooks are registered, before those that use it. */
export function portalHouseUnderTest(budget?: CallBudget): PortalHouseUnderTest {
  let database: OpenDatabase;
  let house: PortalHouse;
  beforeAll(async () => {
    database = await openInMemory();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await empty(database.db);
    house = await PortalHouse.open(database, budget);
  });
  afterEach(async () => {
    await house.close();
    expect(house.problems).toEqual([]);
  });
  return {
    get database() {
      return database;
    },
    get house() {
      return house;
    },
  };
}
