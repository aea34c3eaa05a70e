import { canonicalOf, type MappedField } from '../../engine/pair.ts';
import { idText, targetOfMark } from '../../engine/reference.ts';
import { attributeOf, type Attributes, type Canonical, type Json, type Side } from '../../engine/values.ts';
import type { Link } from '../../store/link-rows.ts';
import type { World } from './world.ts';

/** One name for a record and everyone that it was ever linked with, the same from both sides. */
function nameOfRecord(world: World, side: Side, id: string): string {
  const seen = new Set([`${side} ${id}`]);
  const open: [Side, string][] = [[side, id]];
  for (const [from, own] of open) {
    const other = from === 'master' ? 'replica' : 'master';
    for (const partner of world.partnersOf(from, own)) {
      if (seen.has(`${other} ${partner}`)) continue;
      seen.add(`${other} ${partner}`);
      open.push([other, partner]);
    }
  }
  return [...seen].sort()[0] ?? '';
}

/** The canonical form of what a system holds, by which both sides can be compared: a reference is its record's name. */
export function nameIn(world: World, field: MappedField, side: Side, raw: Json): Canonical {
  const { target } = field.codec;
  if (target === undefined) return field.codec.toCanonical[side](raw);
  const id = idText(raw);
  return id === null ? null : nameOfRecord(world.peer(target), side, id);
}

export const nameOfField = (world: World, field: MappedField, side: Side, attributes: Attributes): Canonical =>
  nameIn(world, field, side, attributeOf(attributes, field.attribute[side]));

/** As `nameIn`, of what the ledger holds: couples and marks. */
export function nameOfStored(
  world: World,
  links: ReadonlyMap<string, Link>,
  { field, side, value }: { readonly field: MappedField; readonly side: Side; readonly value: Json },
): Canonical {
  const canonical = field.codec.toCanonical[side](value);
  const { target } = field.codec;
  if (target === undefined || canonical === null) return canonical;
  const peer = world.peer(target);
  const marked = targetOfMark(canonical);
  if (marked !== null) return nameOfRecord(peer, marked.side, marked.id);
  const link = links.get(String(canonical));
  return link === undefined ? canonical : nameOfRecord(peer, 'master', link.masterId ?? '');
}

/** What a record that is pointed to holds, for worlds whose ids are not the same. */
export function describe(world: World, field: MappedField, side: Side, raw: Json): Canonical {
  const { target } = field.codec;
  const id = idText(raw);
  if (target === undefined || id === null) return field.codec.toCanonical[side](raw);
  const { systems, pair } = world.peer(target);
  const record = systems[side].get(id);
  const plain = pair.fields.filter(({ codec }) => codec.target === undefined);
  return JSON.stringify(plain.map((one) => canonicalOf(one, side, record?.attributes ?? {})));
}
