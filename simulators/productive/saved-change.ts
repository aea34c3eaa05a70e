import type { Values } from './resource.ts';

export type ChangeKind = 'create' | 'update' | 'archive' | 'restore' | 'destroy' | 'recover';

/** Something that was stored. */
export interface SavedChange {
  readonly kind: ChangeKind;
  readonly type: string;
  readonly id: string;
  /** As it is now; of a record that was deleted, as it was. */
  readonly values: Values;
  /** `[old, new]` of what is different. */
  readonly changed: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** A person's id. */
  readonly by: string;
  /** Whether it came through the API. */
  readonly throughApi: boolean;
  /** Nobody is told of it: no webhook, no activity, no moved time. */
  readonly silent: boolean;
}
