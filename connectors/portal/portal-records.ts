import type { Attributes, Json, PagePosition } from '../connector.ts';

/** One row as the portal's database shows it. Another record's id is a text, a time ISO 8601 UTC, a date YYYY-MM-DD. */
export interface PortalRow {
  readonly id: string;
  readonly version: string;
  /** By the database's clock, ISO 8601 UTC. */
  readonly modifiedAt: string;
  /** Every attribute, empty ones as null. */
  readonly attributes: Readonly<Record<string, Json>>;
}

export type PortalWrite =
  | { readonly kind: 'written'; readonly row: PortalRow }
  /** The row has another version. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'gone' }
  /** A row that is there bears the marker already. */
  | { readonly kind: 'exists' }
  /** A value that its column can't take; `attribute` is null where the database does not say which. */
  | { readonly kind: 'refused'; readonly attribute: string | null; readonly reason: string };

export interface PortalPage {
  readonly rows: readonly PortalRow[];
  readonly isLast: boolean;
  readonly total: number | null;
}

/** The portal's tables, without those rows that are deleted. What the database's driver throws is thrown. */
export interface PortalRecords {
  /** The attributes that an entity's rows have; null: there is no such entity. */
  attributesOf(entity: string): readonly string[] | null;
  read(entity: string, id: string): Promise<PortalRow | null>;
  search(entity: string, equal: Attributes, limit: number): Promise<readonly PortalRow[]>;
  /** A deleted row with the same marker comes back, with these attributes and no others. */
  create(entity: string, attributes: Attributes): Promise<PortalWrite>;
  /** Only if the row still has this version. One statement. */
  update(entity: string, id: string, version: string, changes: Attributes): Promise<PortalWrite>;
  /** One that is gone already stays so. */
  remove(entity: string, id: string): Promise<void>;
  page(entity: string, position: PagePosition, limit: number, withTotal: boolean): Promise<PortalPage>;
  /** One cheap question. */
  ping(): Promise<void>;
}
