CREATE TABLE "call_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"system" text NOT NULL,
	"calls" integer NOT NULL,
	"counted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "call_log_newest" ON "call_log" USING btree ("system","counted_at");