import type { Dice } from './dice.ts';

const firstNames = [
  'Anke',
  'Bram',
  'Chiara',
  'Daan',
  'Émilie',
  'Fleur',
  'Görkem',
  'Hanna',
  'Ilse',
  'Joost',
  'Käthe',
  'Lars',
];
const lastNames = [
  'de Vries',
  'Jansen',
  'Müller',
  'van den Berg',
  'Østergaard',
  'Peeters',
  'Sørensen',
  'Willems',
  'Yılmaz',
];
const nouns = [
  'checkout',
  'import',
  'login',
  'menu',
  'newsletter',
  'order page',
  'report',
  'search',
  'slider',
  'webshop',
];
const verbs = ['Add', 'Adjust', 'Check', 'Deploy', 'Design', 'Document', 'Fix', 'Measure', 'Migrate', 'Remove', 'Test'];
const trades = [
  'Bakery',
  'Bicycles',
  'Clinic',
  'Garden',
  'Hotel',
  'Logistics',
  'Museum',
  'Printing',
  'School',
  'Theatre',
];
const sentences = [
  'The client would like this before the end of the month.',
  'It works on a phone, but not on a tablet.',
  'See the <a href="https://example.com/design?a=1&amp;b=2">design</a> &amp; the remarks below it.',
  'Estimated with the team; <strong>no</strong> surprises expected.',
  'Größe und Übergänge stimmen noch nicht.',
  'When the list is empty the page shows an error.',
  'Ask for the texts in both languages.',
  'The staging server has the newest version 🚀.',
];

export const personName = (dice: Dice) => ({ first_name: dice.of(firstNames), last_name: dice.of(lastNames) });
export const companyName = (dice: Dice, number: number): string => `${dice.of(lastNames)} ${dice.of(trades)} ${number}`;
export const projectName = (dice: Dice, number: number): string => `${capital(dice.of(nouns))} ${number}`;
export const taskTitle = (dice: Dice): string => `${dice.of(verbs)} ${dice.of(nouns)} (${dice.between(1, 999)})`;
export const serviceName = (dice: Dice): string =>
  dice.of(['Design', 'Development', 'Hosting', 'Project management', 'Support']);
export const taskListNames = [
  'Backlog',
  'Sprint',
  'Bugs',
  'Ideas',
  'Waiting for client',
  'Release',
  'Archive',
  'Content',
];

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** A stock of texts that records share, which keeps a large population small. */
export function stockOfTexts(dice: Dice, count: number, mostParagraphs: number): readonly string[] {
  return Array.from({ length: count }, () => {
    const paragraphs = Array.from({ length: dice.between(1, mostParagraphs) }, () => {
      const text = Array.from({ length: dice.between(1, 4) }, () => dice.of(sentences)).join(' ');
      return `<p>${text}</p>`;
    });
    return paragraphs.join('');
  });
}
