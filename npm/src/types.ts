// Made by `make types`, not by hand.

// The documented lehnz API. Closed: a field that is not documented does not compile.

export interface paths {
    "/v1/ingest/items/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert items
         * @description Load your catalog before anything else; lehnz can only recommend items it knows about. Re-call whenever
         *     items change. To hide or remove an item, upsert it with `status: inactive` or `deleted` rather than omitting it.
         */
        post: operations["upsertItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ingest/users/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert users
         * @description Load your users so recommendations can be personalised to them. Re-call when a profile changes or a user
         *     deactivates. Set `status: inactive` or `deleted` to preserve event history for analytics.
         */
        post: operations["upsertUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ingest/events/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ingest events
         * @description Stream every meaningful interaction so lehnz learns in real time. Accepts a single event object or an array;
         *     an array counts as one request. When an interaction came from a recommendation, include
         *     `recommendation_id` to close the attribution loop.
         */
        post: operations["ingestEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recommend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend items
         * @description One endpoint serves every use case; the `strategy` field picks the algorithm. Too little signal is never an
         *     error: the list then comes from the strategy's fallback.
         */
        post: operations["recommend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert items (first edition)
         * @deprecated
         * @description As `POST /v1/ingest/items/upsert`; `item_type` and `status` may be left out.
         */
        post: operations["firstEditionUpsertItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert users (first edition)
         * @deprecated
         * @description As `POST /v1/ingest/users/upsert`.
         */
        post: operations["firstEditionUpsertUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ingest events (first edition)
         * @deprecated
         * @description As `POST /v1/ingest/events/ingest`.
         */
        post: operations["firstEditionIngestEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend for a user (first edition)
         * @deprecated
         * @description A personal ranked list, as strategy `personalized`.
         */
        post: operations["firstEditionRecommendForUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/item/{item_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Recommend for an item (first edition)
         * @deprecated
         * @description The list for "customers also viewed", as strategy `similar`.
         */
        get: operations["firstEditionRecommendForItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend for a session (first edition)
         * @deprecated
         * @description The list for "because you viewed X", as strategy `session_based`. The given items are the session.
         */
        post: operations["firstEditionRecommendForSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend/basket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend for a basket (first edition)
         * @deprecated
         * @description The list for "frequently bought together" on cart pages, as strategy `cross-sell`. The given items are the
         *     basket.
         */
        post: operations["firstEditionRecommendForBasket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend/price_optimized": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend in the shopper's price range (first edition)
         * @deprecated
         * @description A drop-in replacement for `/recommend` whose list is re-ranked by price, as strategy `price-optimized`.
         */
        post: operations["firstEditionRecommendPriceOptimized"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Any non-empty text of at most 256 characters without NUL. */
        Id: string;
        /**
         * @description active = recommendable (items) or visible to recommendations (users); inactive = hidden; deleted = soft-deleted.
         * @enum {string}
         */
        Status: "active" | "inactive" | "deleted";
        /** @description Free-form metadata. Ours: an upsert without this field keeps the attributes that were stored before. */
        Attributes: {
            [key: string]: unknown;
        };
        /**
         * Format: date-time
         * @description ISO 8601. Ours: send an RFC 3339 date-time. A date alone, a time without seconds and a time without a zone (read as UTC) are accepted too.
         */
        Timestamp: string;
        /** @description An item of the catalogue. Ours: fields that are not listed are accepted and kept. */
        Item: {
            /**
             * @description Stable item identifier.
             * @example PROD-001
             */
            item_id: components["schemas"]["Id"];
            /**
             * @description Domain-specific category, e.g. product or article.
             * @example product
             * @example video
             * @example article
             */
            item_type: string;
            /**
             * @description active = recommendable; inactive = hidden; deleted = soft-deleted.
             * @example active
             */
            status: components["schemas"]["Status"];
            /**
             * @description Free-form metadata (title, price, brand, category) used for filtering and ranking.
             * @example {
             *       "name": "Wireless Headphones",
             *       "price": 149.99,
             *       "category": "Electronics",
             *       "brand": "Acoustix"
             *     }
             */
            attributes?: components["schemas"]["Attributes"];
            /**
             * @description Item creation timestamp (ISO 8601).
             * @example 2026-01-15T09:30:00Z
             */
            created_at?: components["schemas"]["Timestamp"];
        };
        /** @description An item as the first edition takes it. Ours: fields that are not listed are accepted and kept. */
        FirstEditionItem: {
            /**
             * @description Unique within the organisation; the primary key.
             * @example PROD-001
             */
            item_id: components["schemas"]["Id"];
            /**
             * @description Domain-specific category.
             * @default product
             * @example product
             */
            item_type?: string;
            /**
             * @description active = recommendable; inactive = hidden; deleted = soft-deleted.
             * @default active
             * @example active
             */
            status?: components["schemas"]["Status"];
            /**
             * @description Free-form JSON object.
             * @example {
             *       "name": "Wireless Headphones",
             *       "price": 149.99
             *     }
             */
            attributes?: components["schemas"]["Attributes"];
            /**
             * @description Item creation timestamp (ISO 8601).
             * @example 2026-01-15T09:30:00Z
             */
            created_at?: components["schemas"]["Timestamp"];
        };
        /** @description A user of the application. Ours: fields that are not listed are accepted and kept. */
        User: {
            /**
             * @description Stable user identifier (your application's user ID).
             * @example user_42
             */
            user_id: components["schemas"]["Id"];
            /**
             * @description active = visible to recommendations; inactive = hidden, history kept; deleted = soft-deleted.
             * @example active
             */
            status: components["schemas"]["Status"];
            /**
             * @description User signup timestamp (ISO 8601).
             * @example 2026-02-01T08:00:00Z
             */
            created_at: components["schemas"]["Timestamp"];
            /**
             * @description Free-form metadata (segment, plan, locale).
             * @example {
             *       "segment": "runner",
             *       "plan": "free",
             *       "locale": "en-GB"
             *     }
             */
            attributes?: components["schemas"]["Attributes"];
        };
        /** @description What kind of interaction an event is. A custom event counts by the weight of its family. */
        EventFamily: "exposure" | "engagement" | "conversion" | "system";
        /** @description The standard events and when each is sent. */
        StandardEventName: "view" | "search" | "click" | "add_to_cart" | "remove_from_cart" | "checkout_start" | "purchase" | "identify";
        /** @description A standard name, or a custom one in lowercase, which is scored with the weight of its family. */
        EventName: components["schemas"]["StandardEventName"] | string;
        /** @description One interaction. Ours: fields that are not listed are accepted and kept. */
        Event: {
            /**
             * @description Stable identifier. Anonymous shoppers use a client-generated UUID; signed-in shoppers use the application's real user ID.
             * @example user_42
             */
            user_id: components["schemas"]["Id"];
            /**
             * @description What kind of interaction it is.
             * @example engagement
             */
            event_family: components["schemas"]["EventFamily"];
            /**
             * @description Lowercase event name.
             * @example view
             * @example search
             * @example click
             * @example add_to_cart
             * @example remove_from_cart
             * @example checkout_start
             * @example purchase
             * @example identify
             */
            event_name: components["schemas"]["EventName"];
            /**
             * @description Required only for identify events; the prior anonymous ID being aliased.
             * @example 7d9f3c1e-2b64-4c0a-9a53-6f1f8e0c2d11
             */
            previous_user_id?: components["schemas"]["Id"];
            /**
             * @description Null when the event is not tied to a specific item.
             * @example PROD-001
             */
            item_id?: string | null;
            /**
             * @description Include when the event was triggered by a served recommendation.
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            recommendation_id?: components["schemas"]["Id"];
            /**
             * @description Client-supplied UUID; server assigns one if omitted. Ours: any other id is accepted too.
             * @example 0f8fad5b-d9cb-469f-a165-70867728950e
             */
            event_id?: components["schemas"]["Id"];
            /**
             * @description Free-form context object (device, locale, session).
             * @example {
             *       "device": "mobile",
             *       "locale": "en-GB",
             *       "session_id": "s-1"
             *     }
             */
            context?: {
                [key: string]: unknown;
            };
            /**
             * @description Groups events into sessions. Ours: `context.session_id` does the same.
             * @example s-1
             */
            session_id?: string | number;
            /**
             * @description When it happened, as ISO 8601 or Unix time. If it is missing or can't be read, the time of arrival counts.
             * @example 2026-01-15T09:30:00Z
             */
            event_timestamp?: string | number;
        };
        /**
         * @description The algorithm. Nine of the 14 are documented by name; five are ours.
         * @default personalized
         */
        Strategy: "personalized" | "similar" | "frequently-bought-together" | "frequently-consumed-together" | "session_based" | "session-based" | "session-resumption" | "abandonment-recovery" | "trending" | "popular" | "price-optimized" | "cross-sell" | "recently-viewed" | "buy-again" | "new-arrivals";
        /** @description One value of an attribute. */
        FilterScalar: string | number | boolean | null;
        /** @description What an attribute must equal. Ours: a list means any of its values; null means null or absent. */
        FilterValue: components["schemas"]["FilterScalar"] | components["schemas"]["FilterScalar"][];
        /**
         * @description Attribute filters, e.g. `{ "category": "shoes" }`. Ours: an item must match all of them, at most 50;
         *     `item_type` and `status` mean the fields of the record itself.
         */
        Filters: {
            [key: string]: components["schemas"]["FilterValue"];
        };
        /**
         * @description Items to return.
         * @default 20
         */
        Limit: number;
        /**
         * @description Items to return.
         * @default 12
         */
        FirstEditionLimit: number;
        /**
         * @description 1-indexed page number.
         * @default 1
         */
        Page: number;
        /** @description What to recommend, for which user or which item. Ours: fields that are not listed are accepted and ignored. */
        RecommendRequest: {
            /**
             * @description One of 14 strategies.
             * @example personalized
             */
            strategy?: components["schemas"]["Strategy"];
            /**
             * @description Required for user-based strategies.
             * @example user_42
             */
            user_id?: components["schemas"]["Id"];
            /**
             * @description Required for similar, frequently-bought-together, frequently-consumed-together.
             * @example PROD-001
             */
            context_item_id?: components["schemas"]["Id"];
            /**
             * @description Attribute filters.
             * @example {
             *       "category": "shoes"
             *     }
             */
            filters?: components["schemas"]["Filters"];
            /**
             * @description Items to return.
             * @example 20
             */
            limit?: components["schemas"]["Limit"];
            /**
             * @description 1-indexed page number for pagination.
             * @example 1
             */
            page?: components["schemas"]["Page"];
        };
        /** @description A request for a user's list. Ours: fields that are not listed are accepted and ignored. */
        FirstEditionUserRequest: {
            /**
             * @description The user whose list is wanted.
             * @example user_42
             */
            user_id: components["schemas"]["Id"];
            /**
             * @description Items to return.
             * @example 12
             */
            limit?: components["schemas"]["FirstEditionLimit"];
            /**
             * @description 1-indexed page number.
             * @example 1
             */
            page?: components["schemas"]["Page"];
            /**
             * @description A hint on where the list is shown; `home`, `pdp`, `cart` or any custom text.
             * @example home
             */
            placement?: string;
        };
        /** @description A request for a list that belongs to several items. Ours: fields that are not listed are accepted and ignored. */
        FirstEditionItemListRequest: {
            /**
             * @description The items of the session, oldest first, or of the basket.
             * @example [
             *       "PROD-001",
             *       "PROD-003"
             *     ]
             */
            item_ids: components["schemas"]["Id"][];
            /**
             * @description The user whose session or basket it is.
             * @example user_42
             */
            user_id?: components["schemas"]["Id"];
            /**
             * @description Items to return.
             * @example 12
             */
            limit?: components["schemas"]["FirstEditionLimit"];
            /**
             * @description 1-indexed page number.
             * @example 1
             */
            page?: components["schemas"]["Page"];
        };
        /** @description The envelope of every successful response. */
        Success: {
            /** @constant */
            success: true;
            /**
             * @description What was done.
             * @example Success
             */
            message: string;
            /** @description Always null on success, as in the examples of the documents. */
            error?: null;
        };
        /** @description The envelope of every ingestion endpoint. */
        Accepted: components["schemas"]["Success"] & {
            data: components["schemas"]["AcceptedCount"];
            error: null;
        };
        /** @description How many records were queued. */
        AcceptedCount: {
            /**
             * @description The number of records received, queued but not yet persisted.
             * @example 1
             */
            accepted: number;
        };
        /** @description The envelope of a recommendation. */
        RecommendationResponse: components["schemas"]["Success"] & {
            data: components["schemas"]["Recommendation"];
        };
        /** @description One page of a ranked list. */
        Recommendation: {
            /**
             * Format: uuid
             * @description Echo it on click and purchase events to close the attribution loop.
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            recommendation_id: string;
            /**
             * @description The organisation of the key.
             * @example glow-beauty-ng
             */
            tenant_id: string;
            /**
             * @description The organisation's domain.
             * @example commerce
             */
            domain: string;
            /**
             * @description The strategy that was asked for, by its canonical name.
             * @example personalized
             */
            strategy: string;
            /**
             * @description Documented by one example, `behavioral`. Ours: what the first result is based on; `behavioral` (what people did), `content` (what items have in common) or `fallback` (what is trending or popular).
             * @example behavioral
             * @example content
             * @example fallback
             */
            mode: string;
            /** @description The items of this page, best first. */
            results: components["schemas"]["Result"][];
            /**
             * @description Item ids. Ours: those of `results`, in the same order.
             * @example [
             *       "prod_7",
             *       "prod_3",
             *       "prod_22"
             *     ]
             */
            recommended_items: string[];
            pagination: components["schemas"]["Pagination"];
            /**
             * @description Milliseconds that the server spent on the request.
             * @example 42.5
             */
            latency_ms: number;
        };
        /** @description One recommended item. */
        Result: {
            /**
             * @description The item's id.
             * @example prod_7
             */
            item_id: string;
            /**
             * @description In (0, 1], never rising along the list.
             * @example 0.985
             */
            score: number;
            /**
             * @description Why the item is in the list, as a fixed word for programs.
             * @example behavioral_match
             */
            reason: string;
            /**
             * @description The item's attributes.
             * @example {
             *       "brand": "Sony"
             *     }
             */
            metadata: {
                [key: string]: unknown;
            };
        };
        /** @description Where this page stands in the ranked list. */
        Pagination: {
            /**
             * @description The page that was asked for.
             * @example 1
             */
            page: number;
            /**
             * @description The limit that was asked for, or the default.
             * @example 20
             */
            limit: number;
            /**
             * @description The length of the whole list over all pages, at most `x-limits.ranking_depth`.
             * @example 48
             */
            total_count: number;
            /**
             * @description Whether there is a next page, that is whether page x limit is below total_count.
             * @example true
             */
            has_next: boolean;
        };
        /** @description The envelope of every error. Test `success`; `message` is for people, `error` for logs. */
        Error: {
            /** @constant */
            success: false;
            /**
             * @description A sentence for people.
             * @example Human-readable error
             */
            message: string;
            data?: null;
            /**
             * @description A detail, or every failing field with the rule that it broke.
             * @example Detail
             */
            error?: string | components["schemas"]["FieldError"][];
        };
        /** @description A field that breaks a rule. */
        FieldError: {
            /**
             * @description JSON path of the field, e.g. `$[3].event_name`.
             * @example $.status
             */
            field: string;
            /**
             * @description The rule that it broke.
             * @example must be one of "active", "inactive", "deleted"
             */
            message: string;
        };
    };
    responses: {
        /** @description Accepted: queued, not yet persisted. */
        ItemsAccepted: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Accepted"];
            };
        };
        /** @description Accepted: queued, not yet persisted. */
        UsersAccepted: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Accepted"];
            };
        };
        /** @description Accepted: queued, not yet persisted. Events are typically available within seconds. */
        EventsAccepted: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Accepted"];
            };
        };
        /** @description OK: one page of the ranked list. */
        Recommendations: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["RecommendationResponse"];
            };
        };
        /** @description Bad Request: validation error; check the message field. */
        BadRequest: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Unauthorized: missing or invalid X-API-KEY. */
        Unauthorized: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Forbidden: wrong key type for this endpoint. */
        Forbidden: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Content Too Large: split the request. */
        ContentTooLarge: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Unsupported Media Type: send application/json. */
        UnsupportedMediaType: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Unprocessable Content: the strategy's required input is missing. */
        MissingStrategyInput: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Rate Limited: back off and retry (see RateLimit-Reset header). */
        TooManyRequests: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Internal Server Error */
        InternalServerError: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /**
         * @description The first edition's documentation requires this header. Here it is optional.
         * @example commerce
         */
        Domain: string;
    };
    requestBodies: {
        /** @description One item. Ours: or an array of up to 1,000 items; one bad item refuses the whole request. */
        Items: {
            content: {
                "application/json": components["schemas"]["Item"] | components["schemas"]["Item"][];
            };
        };
        /** @description One user. Ours: or an array of up to 1,000 users; one bad user refuses the whole request. */
        Users: {
            content: {
                "application/json": components["schemas"]["User"] | components["schemas"]["User"][];
            };
        };
        /** @description A single event object or an array. Ours: up to 1,000, and one bad event refuses the whole request. */
        Events: {
            content: {
                "application/json": components["schemas"]["Event"] | components["schemas"]["Event"][];
            };
        };
        /** @description What to recommend, for which user or which item. */
        Recommend: {
            content: {
                "application/json": components["schemas"]["RecommendRequest"];
            };
        };
        /** @description One item. Ours: or an array of up to 1,000 items; one bad item refuses the whole request. */
        FirstEditionItems: {
            content: {
                "application/json": components["schemas"]["FirstEditionItem"] | components["schemas"]["FirstEditionItem"][];
            };
        };
        /** @description The user whose list is wanted. */
        FirstEditionUser: {
            content: {
                "application/json": components["schemas"]["FirstEditionUserRequest"];
            };
        };
        /** @description The items of a session or basket, and whose it is. */
        FirstEditionItemList: {
            content: {
                "application/json": components["schemas"]["FirstEditionItemListRequest"];
            };
        };
    };
    headers: {
        /**
         * @description Requests allowed in a window.
         * @example 1000
         */
        "RateLimit-Limit": number;
        /**
         * @description Requests left in this window.
         * @example 312
         */
        "RateLimit-Remaining": number;
        /**
         * @description Seconds until the window resets. Ours: an integer, rounded up.
         * @example 482
         */
        "RateLimit-Reset": number;
        /**
         * @description The same number of seconds as `RateLimit-Reset`, at least 1.
         * @example 482
         */
        "Retry-After": number;
    };
    pathItems: never;
}
export type Id = components['schemas']['Id'];
export type Status = components['schemas']['Status'];
export type Attributes = components['schemas']['Attributes'];
export type Timestamp = components['schemas']['Timestamp'];
export type Item = components['schemas']['Item'];
export type FirstEditionItem = components['schemas']['FirstEditionItem'];
export type User = components['schemas']['User'];
export type EventFamily = components['schemas']['EventFamily'];
export type StandardEventName = components['schemas']['StandardEventName'];
export type EventName = components['schemas']['EventName'];
export type Event = components['schemas']['Event'];
export type Strategy = components['schemas']['Strategy'];
export type FilterScalar = components['schemas']['FilterScalar'];
export type FilterValue = components['schemas']['FilterValue'];
export type Filters = components['schemas']['Filters'];
export type Limit = components['schemas']['Limit'];
export type FirstEditionLimit = components['schemas']['FirstEditionLimit'];
export type Page = components['schemas']['Page'];
export type RecommendRequest = components['schemas']['RecommendRequest'];
export type FirstEditionUserRequest = components['schemas']['FirstEditionUserRequest'];
export type FirstEditionItemListRequest = components['schemas']['FirstEditionItemListRequest'];
export type Success = components['schemas']['Success'];
export type Accepted = components['schemas']['Accepted'];
export type AcceptedCount = components['schemas']['AcceptedCount'];
export type RecommendationResponse = components['schemas']['RecommendationResponse'];
export type Recommendation = components['schemas']['Recommendation'];
export type Result = components['schemas']['Result'];
export type Pagination = components['schemas']['Pagination'];
export type Error = components['schemas']['Error'];
export type FieldError = components['schemas']['FieldError'];
export type $defs = Record<string, never>;
export interface operations {
    upsertItems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Items"];
        responses: {
            202: components["responses"]["ItemsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    upsertUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Users"];
        responses: {
            202: components["responses"]["UsersAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    ingestEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Events"];
        responses: {
            202: components["responses"]["EventsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    recommend: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Recommend"];
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["MissingStrategyInput"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionUpsertItems: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["FirstEditionItems"];
        responses: {
            202: components["responses"]["ItemsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionUpsertUsers: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Users"];
        responses: {
            202: components["responses"]["UsersAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionIngestEvents: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Events"];
        responses: {
            202: components["responses"]["EventsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["FirstEditionUser"];
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForItem: {
        parameters: {
            query?: {
                /**
                 * @description Items to return.
                 * @example 4
                 */
                limit?: components["schemas"]["FirstEditionLimit"];
                /**
                 * @description 1-indexed page number.
                 * @example 1
                 */
                page?: components["schemas"]["Page"];
            };
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path: {
                /**
                 * @description The item whose neighbours are wanted.
                 * @example PROD-001
                 */
                item_id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["FirstEditionItemList"];
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForBasket: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["FirstEditionItemList"];
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendPriceOptimized: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The first edition's documentation requires this header. Here it is optional.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["FirstEditionUser"];
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
}

/** The events of the documentation, and the family that each belongs to. */

export const standardEvents = {
    "view": "engagement",
    "search": "engagement",
    "click": "engagement",
    "add_to_cart": "engagement",
    "remove_from_cart": "engagement",
    "checkout_start": "conversion",
    "purchase": "conversion",
    "identify": "system"
} as const;
