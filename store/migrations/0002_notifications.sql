CREATE TABLE "notification_deliveries" (
	"notification_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"state" text DEFAULT 'due' NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"first_taken_at" timestamp (3) with time zone,
	"lease_until" timestamp (3) with time zone,
	"held_at" timestamp (3) with time zone,
	"stands_for" integer DEFAULT 1 NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"last_error" text,
	CONSTRAINT "notification_deliveries_notification_id_channel_pk" PRIMARY KEY("notification_id","channel")
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"pair" text,
	"link_id" bigint,
	"system" text,
	"code" text NOT NULL,
	"field" text,
	"message" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_notification_id_notifications_id_fk" FOREIGN KEY ("notification_id") REFERENCES "public"."notifications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_link_id_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."links"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "notification_deliveries_open" ON "notification_deliveries" USING btree ("channel","due_at") WHERE "notification_deliveries"."state" in ('due', 'sending');--> statement-breakpoint
CREATE INDEX "notification_deliveries_taken" ON "notification_deliveries" USING btree ("channel","first_taken_at");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_open" ON "notifications" USING btree ("link_id","code",coalesce("system", ''),coalesce("field", '')) WHERE "notifications"."kind" = 'permanently_failed' and "notifications"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "notifications_link" ON "notifications" USING btree ("link_id");