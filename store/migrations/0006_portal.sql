CREATE SEQUENCE "public"."portal_version" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "portal_bookings" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_bookings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"started_on" date,
	"ended_on" date,
	"time" integer,
	"person_id" bigint,
	"service_id" bigint,
	CONSTRAINT "portal_bookings_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_deals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_deals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"budget" boolean,
	"date" date,
	"end_date" date,
	"deal_type_id" integer,
	"currency" text,
	"closed_at" timestamp (3) with time zone,
	"last_activity_at" timestamp (3) with time zone,
	"company_id" bigint,
	"project_id" bigint,
	CONSTRAINT "portal_deals_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_expenses" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_expenses_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"date" date,
	"amount" bigint,
	"currency" text,
	"person_id" bigint,
	"deal_id" bigint,
	CONSTRAINT "portal_expenses_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_invoices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_invoices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"number" text,
	"invoiced_on" date,
	"pay_on" date,
	"amount" bigint,
	"amount_unpaid" bigint,
	"currency" text,
	"company_id" bigint,
	CONSTRAINT "portal_invoices_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_payments" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_payments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"amount" bigint,
	"paid_on" date,
	"invoice_id" bigint,
	CONSTRAINT "portal_payments_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_services" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_services_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"billable" boolean,
	"budgeted_time" integer,
	"deal_id" bigint,
	CONSTRAINT "portal_services_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_time_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_time_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"date" date,
	"time" integer,
	"billable_time" integer,
	"note" text,
	"approved" boolean,
	"updated_at" timestamp (3) with time zone,
	"person_id" bigint,
	"service_id" bigint,
	"task_id" bigint,
	CONSTRAINT "portal_time_entries_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_documents" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_documents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"project_id" bigint,
	"title" text NOT NULL,
	"body" text DEFAULT '' NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"private" boolean DEFAULT false NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "portal_service_overviews" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_service_overviews_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"project_id" bigint,
	"title" text NOT NULL,
	"body" text DEFAULT '' NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"private" boolean DEFAULT false NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "portal_activities" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_activities_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"event" text,
	"item_type" text,
	"item_id" text,
	"changeset" jsonb,
	"created_at" timestamp (3) with time zone,
	"task_id" bigint,
	"project_id" bigint,
	"comment_id" bigint,
	"creator_id" bigint,
	CONSTRAINT "portal_activities_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_attachments" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_attachments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"content_type" text,
	"size" bigint,
	"url" text,
	"created_at" timestamp (3) with time zone,
	"task_id" bigint,
	"comment_id" bigint,
	"creator_id" bigint,
	CONSTRAINT "portal_attachments_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_comments" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_comments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"body" text,
	"hidden" boolean,
	"draft" boolean,
	"pinned_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone,
	"task_id" bigint,
	"creator_id" bigint,
	CONSTRAINT "portal_comments_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_companies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_companies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"company_code" text,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone,
	"last_activity_at" timestamp (3) with time zone,
	CONSTRAINT "portal_companies_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_people" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_people_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"first_name" text,
	"last_name" text,
	"email" text,
	"title" text,
	"hrm_type_id" integer,
	"archived_at" timestamp (3) with time zone,
	"last_activity_at" timestamp (3) with time zone,
	"company_id" bigint,
	CONSTRAINT "portal_people_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_projects" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_projects_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"project_number" text,
	"project_type_id" integer,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone,
	"last_activity_at" timestamp (3) with time zone,
	"company_id" bigint,
	"project_manager_id" bigint,
	CONSTRAINT "portal_projects_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_task_lists" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_task_lists_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"placement" double precision,
	"archived_at" timestamp (3) with time zone,
	"project_id" bigint,
	CONSTRAINT "portal_task_lists_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_tasks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_tasks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"title" text,
	"description" text,
	"task_number" text,
	"type_id" integer,
	"private" boolean,
	"closed" boolean,
	"closed_at" timestamp (3) with time zone,
	"start_date" date,
	"due_date" date,
	"initial_estimate" integer,
	"remaining_time" integer,
	"worked_time" integer,
	"placement" double precision,
	"tag_list" jsonb,
	"custom_fields" jsonb,
	"created_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone,
	"last_activity_at" timestamp (3) with time zone,
	"project_id" bigint,
	"task_list_id" bigint,
	"assignee_id" bigint,
	"creator_id" bigint,
	"parent_task_id" bigint,
	"workflow_status_id" bigint,
	CONSTRAINT "portal_tasks_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
CREATE TABLE "portal_workflow_statuses" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portal_workflow_statuses_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"version" bigint DEFAULT nextval('portal_version') NOT NULL,
	"modified_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"productive_id" text,
	"name" text,
	"category_id" integer,
	"position" integer,
	"workflow_id" text,
	CONSTRAINT "portal_workflow_statuses_productive_id_unique" UNIQUE("productive_id")
);
--> statement-breakpoint
ALTER TABLE "portal_bookings" ADD CONSTRAINT "portal_bookings_person_id_portal_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_bookings" ADD CONSTRAINT "portal_bookings_service_id_portal_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."portal_services"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_deals" ADD CONSTRAINT "portal_deals_company_id_portal_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."portal_companies"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_deals" ADD CONSTRAINT "portal_deals_project_id_portal_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."portal_projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_expenses" ADD CONSTRAINT "portal_expenses_person_id_portal_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_expenses" ADD CONSTRAINT "portal_expenses_deal_id_portal_deals_id_fk" FOREIGN KEY ("deal_id") REFERENCES "public"."portal_deals"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_invoices" ADD CONSTRAINT "portal_invoices_company_id_portal_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."portal_companies"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_payments" ADD CONSTRAINT "portal_payments_invoice_id_portal_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."portal_invoices"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_services" ADD CONSTRAINT "portal_services_deal_id_portal_deals_id_fk" FOREIGN KEY ("deal_id") REFERENCES "public"."portal_deals"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_time_entries" ADD CONSTRAINT "portal_time_entries_person_id_portal_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_time_entries" ADD CONSTRAINT "portal_time_entries_service_id_portal_services_id_fk" FOREIGN KEY ("service_id") REFERENCES "public"."portal_services"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_time_entries" ADD CONSTRAINT "portal_time_entries_task_id_portal_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."portal_tasks"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_documents" ADD CONSTRAINT "portal_documents_project_id_portal_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."portal_projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_service_overviews" ADD CONSTRAINT "portal_service_overviews_project_id_portal_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."portal_projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_activities" ADD CONSTRAINT "portal_activities_task_id_portal_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."portal_tasks"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_activities" ADD CONSTRAINT "portal_activities_project_id_portal_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."portal_projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_activities" ADD CONSTRAINT "portal_activities_comment_id_portal_comments_id_fk" FOREIGN KEY ("comment_id") REFERENCES "public"."portal_comments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_activities" ADD CONSTRAINT "portal_activities_creator_id_portal_people_id_fk" FOREIGN KEY ("creator_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_attachments" ADD CONSTRAINT "portal_attachments_task_id_portal_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."portal_tasks"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_attachments" ADD CONSTRAINT "portal_attachments_comment_id_portal_comments_id_fk" FOREIGN KEY ("comment_id") REFERENCES "public"."portal_comments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_attachments" ADD CONSTRAINT "portal_attachments_creator_id_portal_people_id_fk" FOREIGN KEY ("creator_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_comments" ADD CONSTRAINT "portal_comments_task_id_portal_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."portal_tasks"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_comments" ADD CONSTRAINT "portal_comments_creator_id_portal_people_id_fk" FOREIGN KEY ("creator_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_people" ADD CONSTRAINT "portal_people_company_id_portal_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."portal_companies"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_projects" ADD CONSTRAINT "portal_projects_company_id_portal_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."portal_companies"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_projects" ADD CONSTRAINT "portal_projects_project_manager_id_portal_people_id_fk" FOREIGN KEY ("project_manager_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_task_lists" ADD CONSTRAINT "portal_task_lists_project_id_portal_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."portal_projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_tasks" ADD CONSTRAINT "portal_tasks_project_id_portal_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."portal_projects"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_tasks" ADD CONSTRAINT "portal_tasks_task_list_id_portal_task_lists_id_fk" FOREIGN KEY ("task_list_id") REFERENCES "public"."portal_task_lists"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_tasks" ADD CONSTRAINT "portal_tasks_assignee_id_portal_people_id_fk" FOREIGN KEY ("assignee_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_tasks" ADD CONSTRAINT "portal_tasks_creator_id_portal_people_id_fk" FOREIGN KEY ("creator_id") REFERENCES "public"."portal_people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_tasks" ADD CONSTRAINT "portal_tasks_parent_task_id_portal_tasks_id_fk" FOREIGN KEY ("parent_task_id") REFERENCES "public"."portal_tasks"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_tasks" ADD CONSTRAINT "portal_tasks_workflow_status_id_portal_workflow_statuses_id_fk" FOREIGN KEY ("workflow_status_id") REFERENCES "public"."portal_workflow_statuses"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "portal_bookings_modified" ON "portal_bookings" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_bookings_person" ON "portal_bookings" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "portal_bookings_service" ON "portal_bookings" USING btree ("service_id");--> statement-breakpoint
CREATE INDEX "portal_deals_modified" ON "portal_deals" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_deals_company" ON "portal_deals" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "portal_deals_project" ON "portal_deals" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "portal_expenses_modified" ON "portal_expenses" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_expenses_person" ON "portal_expenses" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "portal_expenses_deal" ON "portal_expenses" USING btree ("deal_id");--> statement-breakpoint
CREATE INDEX "portal_invoices_modified" ON "portal_invoices" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_invoices_company" ON "portal_invoices" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "portal_payments_modified" ON "portal_payments" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_payments_invoice" ON "portal_payments" USING btree ("invoice_id");--> statement-breakpoint
CREATE INDEX "portal_services_modified" ON "portal_services" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_services_deal" ON "portal_services" USING btree ("deal_id");--> statement-breakpoint
CREATE INDEX "portal_time_entries_modified" ON "portal_time_entries" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_time_entries_person" ON "portal_time_entries" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "portal_time_entries_service" ON "portal_time_entries" USING btree ("service_id");--> statement-breakpoint
CREATE INDEX "portal_time_entries_task" ON "portal_time_entries" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "portal_documents_project" ON "portal_documents" USING btree ("project_id","position","id");--> statement-breakpoint
CREATE INDEX "portal_service_overviews_project" ON "portal_service_overviews" USING btree ("project_id","position","id");--> statement-breakpoint
CREATE INDEX "portal_activities_modified" ON "portal_activities" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_activities_task" ON "portal_activities" USING btree ("task_id","created_at","id");--> statement-breakpoint
CREATE INDEX "portal_activities_project" ON "portal_activities" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "portal_activities_comment" ON "portal_activities" USING btree ("comment_id");--> statement-breakpoint
CREATE INDEX "portal_activities_creator" ON "portal_activities" USING btree ("creator_id");--> statement-breakpoint
CREATE INDEX "portal_attachments_modified" ON "portal_attachments" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_attachments_task" ON "portal_attachments" USING btree ("task_id","created_at","id");--> statement-breakpoint
CREATE INDEX "portal_attachments_comment" ON "portal_attachments" USING btree ("comment_id");--> statement-breakpoint
CREATE INDEX "portal_attachments_creator" ON "portal_attachments" USING btree ("creator_id");--> statement-breakpoint
CREATE INDEX "portal_comments_modified" ON "portal_comments" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_comments_task" ON "portal_comments" USING btree ("task_id","created_at","id");--> statement-breakpoint
CREATE INDEX "portal_comments_creator" ON "portal_comments" USING btree ("creator_id");--> statement-breakpoint
CREATE INDEX "portal_companies_modified" ON "portal_companies" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_people_modified" ON "portal_people" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_people_company" ON "portal_people" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "portal_projects_modified" ON "portal_projects" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_projects_company" ON "portal_projects" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "portal_projects_manager" ON "portal_projects" USING btree ("project_manager_id");--> statement-breakpoint
CREATE INDEX "portal_task_lists_modified" ON "portal_task_lists" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_task_lists_project" ON "portal_task_lists" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "portal_tasks_modified" ON "portal_tasks" USING btree ("modified_at","id");--> statement-breakpoint
CREATE INDEX "portal_tasks_project" ON "portal_tasks" USING btree ("project_id","last_activity_at","id");--> statement-breakpoint
CREATE INDEX "portal_tasks_task_list" ON "portal_tasks" USING btree ("task_list_id");--> statement-breakpoint
CREATE INDEX "portal_tasks_assignee" ON "portal_tasks" USING btree ("assignee_id");--> statement-breakpoint
CREATE INDEX "portal_tasks_creator" ON "portal_tasks" USING btree ("creator_id");--> statement-breakpoint
CREATE INDEX "portal_tasks_parent" ON "portal_tasks" USING btree ("parent_task_id");--> statement-breakpoint
CREATE INDEX "portal_tasks_workflow_status" ON "portal_tasks" USING btree ("workflow_status_id");--> statement-breakpoint
CREATE INDEX "portal_workflow_statuses_modified" ON "portal_workflow_statuses" USING btree ("modified_at","id");