import { inBrackets, listed, type Subject, type Wording } from './wording.ts';

const deleteKeepOrCreate =
  'Bitte der Administration sagen, ob dieser auch gelöscht werden, allein bestehen bleiben oder dort neu angelegt werden soll.';

export const german: Wording = {
  failures: {
    rate_limited: ({ system }, next) => `${system} bittet um eine Pause. ${next}`,
    unavailable: ({ system }, next) => `${system} ist nicht erreichbar. ${next}`,
    auth_failed: ({ system }) =>
      `${system} lehnt die Anmeldung von Tandem ab. Die Administration muss sie berichtigen; danach geht es von selbst weiter.`,
    budget_spent: ({ system }, next) =>
      `Die Aufrufe, die ${system} bekommen darf, sind für den Augenblick verbraucht. ${next}`,
    stopped: (_, next) => `Tandem wurde gerade angehalten. ${next}`,
    forbidden: ({ system, reason }) =>
      `${system} erlaubt Tandem diesen Datensatz nicht. Die Administration muss die Rechte ändern und „tandem retry“ ausführen.${inBrackets(reason)}`,
    record_failed: ({ system, reason }, next) =>
      `${system} konnte diesen Datensatz nicht verarbeiten. ${next}${inBrackets(reason)}`,
    rejected: (subject, next) => rejected(subject, next),
    stale_version: ({ system }, next) => `Der Datensatz wird in ${system} laufend geändert. ${next}`,
    ambiguous_write: ({ system }, next) => `${system} hat eine Änderung nicht bestätigt. ${next}`,
    misconfigured: ({ system, reason }) =>
      `Die Verbindung zu ${system} ist nicht richtig eingerichtet, deshalb wird nichts abgeglichen. Die Administration muss sie berichtigen und „tandem resume“ ausführen.${inBrackets(reason)}`,
    unexpected: (_, next) => `Etwas Unerwartetes ist schiefgegangen; Näheres steht im Protokoll von Tandem. ${next}`,
  },
  again: (at, attempt, of) => `Versuch ${attempt} von ${of}; der nächste folgt von selbst um ${at} Uhr.`,
  gaveUp: 'Tandem hat aufgegeben. Bitte den Datensatz ändern oder die Administration um „tandem retry“ bitten.',
  byItself: 'Es geht von selbst weiter.',
  questions: {
    look_alikes: ({ system, ids }) =>
      `In ${system} gibt es Datensätze, die derselbe sein können (${listed(ids)}). Bitte die Nummer des richtigen eintragen oder die eines neuen, den Sie dort anlegen.`,
    gone: ({ system, ids }) =>
      `Den Datensatz ${listed(ids)} gibt es in ${system} nicht mehr. Auf der anderen Seite wurde nichts gelöscht. ${deleteKeepOrCreate}`,
    gone_but_edited: ({ system, ids }) =>
      `Den Datensatz ${listed(ids)} gibt es in ${system} nicht mehr, während dieser geändert wurde. ${deleteKeepOrCreate}`,
    deletion_held: ({ system, ids }) =>
      `Den Datensatz ${listed(ids)} gibt es in ${system} nicht mehr, wie ungewöhnlich viele andere. Es wird nichts mehr gelöscht, bis die Administration sie angesehen hat.`,
    delete_by_hand: ({ system, ids }) =>
      `Das Gegenstück zu ${listed(ids)} wurde gelöscht, und ${system} löscht nichts für andere Programme. Bitte ${listed(ids)} dort von Hand löschen oder der Administration sagen, dass er bleiben soll.`,
    may_not_create: ({ system }) =>
      `In ${system} gibt es diesen Datensatz nicht, und Tandem soll dort keine anlegen. Bitte dort anlegen und über seine Nummer verbinden.`,
    number_taken: ({ ids }) =>
      `Die Nummer ${listed(ids)} gehört zu einem anderen Datensatz. Bitte hier leeren, damit ein neuer angelegt wird, oder den anderen berichtigen.`,
    number_changed: ({ ids }) =>
      `Die Nummer wurde von Hand in ${listed(ids)} geändert, der Datensatz bleibt aber verbunden wie bisher. Bitte die alte Nummer wieder eintragen.`,
    number_unknown: ({ system, ids }) =>
      `In ${system} gibt es keinen Datensatz ${listed(ids)}. Bitte die Nummer berichtigen oder leeren, damit ein neuer angelegt wird.`,
    maybe_created: ({ system }) =>
      `${system} hat nicht geantwortet, als dieser Datensatz angelegt wurde; vielleicht gibt es ihn dort. Bitte in ${system} nachsehen und seine Nummer hier eintragen; fehlt er dort, der Administration Bescheid geben.`,
    target_gone: ({ ids }) =>
      `Der Datensatz verweist auf ${listed(ids)}. Das ist gelöscht, und ohne es kann er auf der anderen Seite nicht angelegt werden. Bitte den Verweis hier berichtigen oder diesen Datensatz löschen; danach geht es von selbst weiter.`,
    loop: ({ fields }) =>
      `${listed(fields)}: Der Wert ging zwischen den Systemen hin und her. Es wird nichts mehr geschrieben, bis geklärt ist, wer ihn ändert, und die Administration einen neuen Abgleich verlangt.`,
  },
  waitsFor: (records) =>
    `Wartet auf ${listed(records)}; das gibt es auf der anderen Seite noch nicht. Es geht von selbst weiter.`,
  conflict: (fields) =>
    `${listed(fields)}: in beiden Systemen geändert. Bitte der Administration sagen, welcher Wert bleibt; alles andere ist gleich.`,
  parted: (system) => `Der Datensatz wurde in ${system} gelöscht. Dieser bleibt und wird nicht mehr abgeglichen.`,
  dayAndTime: 'd.M. HH:mm',
  recovered: (system, since) => `${system} antwortet wieder. Was seit ${since} gewartet hat, geht von selbst weiter.`,
  waiting: (system, since, reason) => `Wartet auf ${system} seit ${since}: ${reason}`,
  waits: {
    rate_limited: 'bittet um eine Pause',
    unavailable: 'nicht erreichbar',
    auth_failed: 'Anmeldung abgelehnt',
  },
};

function rejected({ system, fields, correctIn, reason }: Subject, next: string): string {
  if (fields.length === 0) return `${system} lehnt diesen Datensatz ab. ${next}${inBrackets(reason)}`;
  const field = `im Feld ${listed(fields)}`;
  return correctIn === null
    ? `${system} nimmt den Wert ${field} nicht an. Bitte hier berichtigen; danach wird von selbst abgeglichen.`
    : `${system} nimmt den Wert aus ${correctIn} ${field} nicht an. Bitte in ${correctIn} berichtigen und danach die Administration um „tandem retry“ bitten.`;
}
