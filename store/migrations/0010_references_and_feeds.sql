CREATE TABLE "reference_waits" (
	"link_id" bigint NOT NULL,
	"pair" text NOT NULL,
	"side" text NOT NULL,
	"record_id" text NOT NULL,
	CONSTRAINT "reference_waits_link_id_pair_side_record_id_pk" PRIMARY KEY("link_id","pair","side","record_id")
);
--> statement-breakpoint
CREATE TABLE "feed_cursors" (
	"system" text NOT NULL,
	"feed" text NOT NULL,
	"position" jsonb,
	"caught_up_at" timestamp (3) with time zone,
	"behind_since" timestamp (3) with time zone,
	"trouble" text,
	"revision" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "feed_cursors_system_feed_pk" PRIMARY KEY("system","feed")
);
--> statement-breakpoint
ALTER TABLE "reference_waits" ADD CONSTRAINT "reference_waits_link_id_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."links"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reference_waits_target" ON "reference_waits" USING btree ("pair","side","record_id");