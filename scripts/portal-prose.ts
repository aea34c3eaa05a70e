/** Why the portal holds an entity and those fields of it, by the pair's name. */
export const portalReasons: Readonly<Record<string, string>> = {
  companies: `Whose projects a client may see; names and codes for lists. No addresses, payment terms or contacts.`,
  people: `Whom tasks, comments and projects name, of the own house and of clients. No contracts, costs, absences or permissions.`,
  projects: `The root of what a client sees: he sees the projects of his company. \`last_activity_at\` tells whether anything happened since.`,
  workflow_statuses: `The column that a task stands in. Workflows themselves are no records of the portal: their id is a plain text.`,
  task_lists: `The lists that a project's tasks are in. There is no webhook for them: a task that names a list which nobody knows brings it along.`,
  tasks: `What the portal is for. Two-way are the fields that the portal lets people change; estimates and times are minutes. Custom fields are shown, not written: Productive replaces them as a whole.`,
  comments: `What people say to each other below a task. \`hidden\` and \`draft\` decide who may read it.`,
  attachments: `What files there are. The bytes stay in Productive; \`url\` never leaves the server, since it is of use only with a token of the API.`,
  deals: `Deals and budgets (a budget is a deal with \`budget\`), for the scope of services. No revenue, cost or profit.`,
  services: `What is sold within a deal, for time entries and bookings to point to.`,
  time_entries: `The time that was worked on a task. No cost.`,
  bookings: `The time that is planned for a person.`,
  invoices: `What a client was asked for and has not paid yet. Amounts are in the smallest unit of the currency. No line items.`,
  expenses: `What was spent for a client. Amounts as above.`,
  payments: `What a client has paid. Amounts as above.`,
  activities: `What happened to a record, for the history below a task. Written once and never changed.`,
};

export const portalIntroduction = `The portal reads from its own tables, which Tandem keeps equal with Productive. **Productive is the master**: where both sides changed the same
field its value stays, and the portal's is in the ledger. Everything is shown; tasks, comments and attachments are also made and changed in the
portal. The pairs are on when Productive and the portal are configured.

Productive shows no status, and nothing is written there but the fields below. How a record stands (\`synced\`, \`pending\`, \`failed\`) follows from
Tandem's own tables, and the portal's API says it with each record. A lost store can't be rebuilt from Productive: a first import makes it anew.

## What it costs

Requests to Productive. The portal's tables are the same database, and cost none.

| what happened | requests |
| --- | --- |
| changed or created in Productive | 1: the record is read again |
| created in the portal | 1: the POST; what its answer shows goes to the portal in the same pass |
| changed in the portal | 2: a read and a PATCH ([ADR 21](../adr/0021-a-portal-update-costs-a-read-and-a-write.md)) |
| echo of our own write | 1: the read that shows that nothing is to be done |
| deleted in Productive | 2: the record, and another one as proof |

## References

A field of the kind "reference" holds the record's own id on each side: Productive's there, the portal's here. Compared are couples. A reference to a
record that is no couple yet **waits**: nothing is written to that field on either side, the others go, and whoever makes the couple has
the waiting records looked at again; nobody polls ([ADR 22](../adr/0022-references-are-couples.md)). A required one keeps the record from being
created at all until then. What nobody has looked at yet is looked at because somebody points to it.

## Deletions

What Productive deletes goes from the portal, even if it was edited there meanwhile, within the deletion budget. What is deleted in the portal stays in
Productive and is not compared any more; about a comment a person is asked. Companies and people are never deleted in Productive, only archived.`;
