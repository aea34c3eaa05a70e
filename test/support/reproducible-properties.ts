/**
 * Lets property tests draw the same examples in every run and stop at the first one that fails.
 * For mutation runs: chance decides neither what a run finds nor, by shrinking, how long it takes.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: 1, endOnFailure: true });
