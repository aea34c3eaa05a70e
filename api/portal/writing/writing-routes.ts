import { fastifyMultipart } from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { PortalDependencies } from '../portal-dependencies.ts';
import { addAmends } from './post-amends.ts';
import { addGetAttachmentContent } from './get-attachment-content.ts';
import { addGetUnconfirmed } from './get-unconfirmed.ts';
import { addOwnPages } from './own-pages.ts';
import { addPatchComment } from './patch-comment.ts';
import { addPatchTask } from './patch-task.ts';
import { addPostAttachment } from './post-attachment.ts';
import { addPostComment } from './post-comment.ts';
import { addPostTask } from './post-task.ts';
import { addStateCheck } from './state-check.ts';

/** Everything through which users write, and the files. */
export function addWritingRoutes(app: FastifyInstance, deps: PortalDependencies): void {
  for (const add of routes) add(app, deps);
  // Forms are understood where files are sent, and nowhere else.
  void app.register(async (scope) => {
    await scope.register(fastifyMultipart, { throwFileSizeLimit: true });
    addPostAttachment(scope, deps);
  });
}

const routes = [
  addPostTask,
  addPatchTask,
  addPostComment,
  addPatchComment,
  addGetAttachmentContent,
  addAmends,
  addGetUnconfirmed,
  addStateCheck,
  addOwnPages,
];
