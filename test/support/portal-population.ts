import { sql } from 'drizzle-orm';
import type { Database } from '../../store/database.ts';

export interface PortalVolumes {
  readonly companies: number;
  readonly activeProjects: number;
  readonly archivedProjects: number;
  readonly tasks: number;
  /** Of the first project, the company's with the id 149808. */
  readonly tasksOfLargest: number;
  readonly openTasksOfLargest: number;
  readonly comments: number;
  readonly attachments: number;
  readonly activities: number;
}

/** What was counted in the organization that the portal is made for. */
export const fullVolumes: PortalVolumes = {
  companies: 307,
  activeProjects: 233,
  archivedProjects: 60,
  tasks: 27_199,
  tasksOfLargest: 845,
  openTasksOfLargest: 77,
  comments: 15_486,
  attachments: 4_000,
  activities: 40_000,
};

export const largest = { companyId: '149808', projectId: '102877' } as const;
const staff = 60;
const statuses = 6;
const listsPerProject = 4;

/** Fills the portal's empty tables by a few statements, links included: everything is synced. */
export async function populatePortal(db: Database, volumes: PortalVolumes): Promise<void> {
  const projects = volumes.activeProjects + volumes.archivedProjects;
  await db.execute(sql`truncate portal_companies, portal_people, portal_workflow_statuses, portal_projects,
    portal_task_lists, portal_tasks, portal_comments, portal_attachments, portal_activities, links
    restart identity cascade`);
  await db.execute(sql`insert into portal_companies (productive_id, name, created_at, last_activity_at)
    select (149808 + i - 1)::text, 'Company ' || i, now() - interval '1 year', now() - i * interval '1 hour'
    from generate_series(1, ${volumes.companies}::int) i`);
  await db.execute(sql`insert into portal_people (productive_id, first_name, last_name, email, hrm_type_id, company_id)
    select (5000 + i)::text, 'First ' || i, 'Last ' || i, 'person' || i || '@example.com',
      case when i <= ${staff}::int then 1 else 2 end,
      case when i <= ${staff}::int then null else (i - 1) % ${volumes.companies}::int + 1 end
    from generate_series(1, ${staff + volumes.companies * 3}::int) i`);
  await db.execute(sql`insert into portal_workflow_statuses (productive_id, name, category_id, position, workflow_id)
    select (800 + i)::text, 'Status ' || i, (i - 1) % 3 + 1, i, '7001' from generate_series(1, ${statuses}::int) i`);
  await db.execute(sql`insert into portal_projects
      (productive_id, name, project_number, project_type_id, archived_at, created_at, last_activity_at, company_id, project_manager_id)
    select (102877 + i - 1)::text, 'Project ' || i, i::text, 2,
      case when i > ${volumes.activeProjects}::int then now() end, now() - interval '1 year', now() - i * interval '1 minute',
      (i - 1) % ${volumes.companies}::int + 1, i % ${staff}::int + 1
    from generate_series(1, ${projects}::int) i`);
  await db.execute(sql`insert into portal_task_lists (productive_id, name, placement, project_id)
    select (30000 + i)::text, 'List ' || i, i, (i - 1) / ${listsPerProject}::int + 1
    from generate_series(1, ${projects * listsPerProject}::int) i`);
  await populateTasks(db, volumes, projects);
  await populateDiscussions(db, volumes);
  await linkEverything(db);
  await db.execute(sql`analyze`);
}

async function populateTasks(db: Database, volumes: PortalVolumes, projects: number): Promise<void> {
  const { tasks, tasksOfLargest, openTasksOfLargest } = volumes;
  await db.execute(sql`insert into portal_tasks
      (productive_id, title, description, task_number, type_id, private, closed, start_date, due_date, initial_estimate,
       worked_time, placement, tag_list, custom_fields, created_at, updated_at, last_activity_at,
       project_id, task_list_id, assignee_id, creator_id, workflow_status_id)
    select (900000 + i)::text, 'Task ' || i, '<p>' || repeat('What is to be done, in some words. ', 12) || '</p>', i::text, 1,
      i % 17 = 0, case when p = 1 then i > ${openTasksOfLargest}::int else i % 5 > 0 end,
      case when i % 3 = 0 then current_date - i % 200 end, case when i % 2 = 0 then current_date + i % 100 end, i % 600, i % 400, i,
      '["design"]'::jsonb, '{"12": "x"}'::jsonb, now() - i * interval '2 minutes', now() - i * interval '1 minute',
      now() - i * interval '1 minute', p, (p - 1) * ${listsPerProject}::int + i % ${listsPerProject}::int + 1,
      i % ${staff}::int + 1, i * 7 % ${staff}::int + 1, i % ${statuses}::int + 1
    from generate_series(1, ${tasks}::int) i
    cross join lateral (select case when i <= ${tasksOfLargest}::int then 1 else i % ${projects - 1}::int + 2 end as p) placed`);
}

async function populateDiscussions(db: Database, volumes: PortalVolumes): Promise<void> {
  const { tasks, comments, attachments, activities } = volumes;
  await db.execute(sql`insert into portal_comments (productive_id, body, hidden, draft, created_at, updated_at, task_id, creator_id)
    select (700000 + i)::text, '<p>Comment ' || i || repeat(' and more', 20) || '</p>', i % 11 = 0, false,
      now() - i * interval '3 minutes', now() - i * interval '3 minutes', i * 7919::bigint % ${tasks}::int + 1, i % ${staff}::int + 1
    from generate_series(1, ${comments}::int) i`);
  await db.execute(sql`insert into portal_attachments (productive_id, name, content_type, size, url, created_at, task_id, creator_id)
    select (600000 + i)::text, 'file-' || i || '.pdf', 'application/pdf', i * 100, 'https://files.example.com/' || i,
      now() - i * interval '5 minutes', i * 6007::bigint % ${tasks}::int + 1, i % ${staff}::int + 1
    from generate_series(1, ${attachments}::int) i`);
  await db.execute(sql`insert into portal_activities
      (productive_id, event, item_type, item_id, changeset, created_at, task_id, creator_id)
    select (500000 + i)::text, 'update', 'task', (900001 + i * 4001::bigint % ${tasks}::int)::text,
      jsonb_build_array(jsonb_build_object('title', jsonb_build_array('before', 'after'))), now() - i * interval '2 minutes',
      i * 4001::bigint % ${tasks}::int + 1, i % ${staff}::int + 1
    from generate_series(1, ${activities}::int) i`);
}

const linked = [
  'companies',
  'people',
  'workflow_statuses',
  'projects',
  'task_lists',
  'tasks',
  'comments',
  'attachments',
  'activities',
] as const;

async function linkEverything(db: Database): Promise<void> {
  for (const pair of linked) {
    await db.execute(sql`insert into links (pair, master_id, replica_id, state, version_replica, synced_at)
      select ${pair}, productive_id, id::text, 'linked', version::text, now() from ${sql.identifier(`portal_${pair}`)}`);
  }
}
