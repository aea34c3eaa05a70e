CREATE TABLE "census_findings" (
	"run_id" uuid NOT NULL,
	"side" text NOT NULL,
	"record_id" text NOT NULL,
	"link_id" bigint,
	"attributes" jsonb,
	CONSTRAINT "census_findings_run_id_side_record_id_pk" PRIMARY KEY("run_id","side","record_id")
);
--> statement-breakpoint
CREATE TABLE "census_runs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"pair" text NOT NULL,
	"mode" text NOT NULL,
	"dry_run" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"phase" text DEFAULT 'master' NOT NULL,
	"position" text,
	"counts" jsonb NOT NULL,
	"expected" jsonb NOT NULL,
	"handed_over" integer DEFAULT 0 NOT NULL,
	"report" jsonb,
	"trouble" text,
	"started_by" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "compared_rows" (
	"pair" text NOT NULL,
	"side" text NOT NULL,
	"record_id" text NOT NULL,
	"version" text NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "compared_rows_pair_side_record_id_pk" PRIMARY KEY("pair","side","record_id")
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"pair" text NOT NULL,
	"side" text NOT NULL,
	"read_until" timestamp (3) with time zone,
	"read_until_id" text,
	"reached_at" timestamp (3) with time zone,
	"is_settled" boolean DEFAULT false NOT NULL,
	"walk" jsonb,
	"caught_up_at" timestamp (3) with time zone,
	"behind_since" timestamp (3) with time zone,
	"trouble" text,
	"census_due_since" timestamp (3) with time zone,
	"revision" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "cursors_pair_side_pk" PRIMARY KEY("pair","side")
);
--> statement-breakpoint
CREATE TABLE "sightings" (
	"pair" text NOT NULL,
	"side" text NOT NULL,
	"record_id" text NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sightings_pair_side_record_id_pk" PRIMARY KEY("pair","side","record_id")
);
--> statement-breakpoint
CREATE TABLE "webhook_checks" (
	"system" text PRIMARY KEY NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"trouble" text,
	"busy_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook_registrations" (
	"system" text NOT NULL,
	"remote_id" text NOT NULL,
	"pair" text NOT NULL,
	"event" text NOT NULL,
	"url" text NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	"covered_at" timestamp (3) with time zone,
	CONSTRAINT "webhook_registrations_system_remote_id_pk" PRIMARY KEY("system","remote_id")
);
--> statement-breakpoint
DROP INDEX "hints_due";--> statement-breakpoint
ALTER TABLE "census_findings" ADD CONSTRAINT "census_findings_run_id_census_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."census_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "census_runs_pair" ON "census_runs" USING btree ("pair","started_at");--> statement-breakpoint
CREATE UNIQUE INDEX "census_runs_open" ON "census_runs" USING btree ("pair") WHERE "census_runs"."state" in ('running', 'paused');--> statement-breakpoint
CREATE INDEX "sightings_oldest" ON "sightings" USING btree ("pair","side","seen_at");--> statement-breakpoint
CREATE INDEX "hints_next" ON "hints" USING btree ("pair",(case "trigger" when 'person' then 1 when 'look_again' then 2 when 'webhook' then 2 when 'retry' then 2 when 'catch_up' then 3 when 'census' then 4 when 'backfill' then 5 end),"due_at");--> statement-breakpoint
CREATE INDEX "hints_rung" ON "hints" USING btree ("pair","rung_at") WHERE "hints"."rung_at" is not null;