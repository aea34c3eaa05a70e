import { randomBytes } from 'node:crypto';
import { type Step, told } from '../tell.ts';
import type { PortalScene } from './portal-scene.ts';

const plan = { name: 'plan.pdf', bytes: randomBytes(50_000) } as const;
const photo = { name: 'photo.png', bytes: randomBytes(20_000) } as const;

const formOf = ({ name, bytes }: typeof plan | typeof photo, commentId: string): FormData => {
  const form = new FormData();
  form.set('commentId', commentId);
  form.set('file', new File([new Uint8Array(bytes)], name));
  return form;
};

/** Files go to Productive and come back through our own API only. */
export const filesStep: Readonly<Record<'written' | 'downloaded', Step<PortalScene>>> = {
  written: {
    title: 'A client writes a comment with two files',
    // A comment 1; a file 6, one of them to where files are uploaded.
    expected: { verdicts: ['pending→synced'], calls: [13, 13] },
    play: async (scene) => {
      const begunMs = performance.now();
      const { id, syncState } = await scene.write('POST', '/comments', {
        body: '<p>Here are the <b>plan</b> and a photo.</p>',
      });
      told(syncState === 'pending', 'the comment is pending first');
      await scene.write('POST', '/attachments', formOf(plan, id));
      const isSynced = async (files: number): Promise<boolean> => {
        const { comments, attachments } = await scene.page();
        const own = [
          ...comments.comments.filter((comment) => comment.id === id),
          ...attachments.attachments.filter(({ commentId }) => commentId === id),
        ];
        return own.length === files + 1 && own.every((record) => record.syncState === 'synced');
      };
      await scene.settled('the comment and its file are in Productive', () => isSynced(1));
      await scene.write('POST', '/attachments', formOf(photo, id));
      const tookMs = await scene.settled('the second file is there too', () => isSynced(2), begunMs);
      return { verdict: 'pending→synced', tookMs, seen: `Productive has the comment, ${plan.name} and ${photo.name}` };
    },
  },
  downloaded: {
    title: 'A file is downloaded again',
    expected: { verdicts: ['same bytes'], calls: [1, 1] },
    play: async (scene) => {
      const begunMs = performance.now();
      const { attachments } = await scene.page();
      const shown = attachments.attachments.find(({ name }) => name === plan.name);
      told(shown !== undefined, 'the file is among those of the task');
      told(!JSON.stringify(shown).includes(scene.house.productive.token), "nothing shows Productive's token");
      const { bytes } = await scene.download(new URL(shown?.content ?? '', scene.house.apiUrl).href);
      told(bytes.equals(plan.bytes), 'the bytes are those that were uploaded');
      return {
        ...{ verdict: 'same bytes', tookMs: performance.now() - begunMs },
        seen: `${bytes.length} bytes from Productive, through ${shown?.content ?? ''}`,
      };
    },
  },
};
