//! Vectors from the documentation and the tests of providers, sorted by their names.

use tower_webhook::Scheme;

use crate::vectors::{Body, Vector};

pub(super) const VECTORS: &[Vector] = &[
    Vector {
        source: "https://github.com/Adyen/adyen-node-api-library/blob/3b84a188ef071064636a19f53f95f8aa7112dd91/src/__tests__/hmacValidator.spec.ts",
        scheme: Scheme::ADYEN,
        secret: "11223344D785FBAE710E7F943F307971BB61B21281C98C9129B3D4018A57B2EB",
        at: 0,
        headers: &[("hmacsignature", "UVBzHbDayhfT1XgaRGAkuKvxwoxrLoVCBdfi3WZU8lI=")],
        body: Body::Text(
            r#"{
    "data": {
      "balancePlatform": "YOUR_BALANCE_PLATFORM",
      "accountHolder": {
        "contactDetails": {
          "email": "test@adyen.com",
          "phone": {
            "number": "0612345678",
            "type": "mobile"
          },
          "address": {
            "houseNumberOrName": "23",
            "city": "Amsterdam",
            "country": "NL",
            "postalCode": "12345",
            "street": "Main Street 1"
          }
        },
        "description": "Shelly Eller",
        "legalEntityId": "LE00000000000000000001",
        "reference": "YOUR_REFERENCE-2412C",
        "capabilities": {
          "issueCard": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "receiveFromTransferInstrument": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "sendToTransferInstrument": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "sendToBalanceAccount": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "receiveFromBalanceAccount": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          }
        },
        "id": "AH00000000000000000001",
        "status": "active"
      }
    },
    "environment": "test",
    "timestamp": "2024-12-15T15:42:03+01:00",
    "type": "balancePlatform.accountHolder.created"
  }"#,
        ),
    },
    Vector {
        source: "https://github.com/gtalarico/pyairtable/blob/25f31b0f4ab95d3e23ab37a645483ac38c8126ca/tests/test_models_webhook.py",
        scheme: Scheme::AIRTABLE,
        secret: "c2VjcmV0LWtleQ==",
        at: 0,
        headers: &[(
            "x-airtable-content-mac",
            "hmac-sha256=e26da696a90933647bddc83995c3e1e3bb1c3d8ce1ff61cb7469767d50b2b2d4",
        )],
        body: Body::Text(
            r#"{"base": {"id": "app00000000000000"}, "webhook": {"id": "ach00000000000000"}, "timestamp": "2022-02-01T21:25:05.663Z"}"#,
        ),
    },
    Vector {
        source: "https://github.com/btcpayserver/btcpayserver-greenfield-php/blob/60e6be57f9cd08dbe8f851d056358d1df9f07968/tests/WebhookTest.php",
        scheme: Scheme::BTCPAY,
        secret: "abc",
        at: 0,
        headers: &[(
            "btcpay-sig",
            "sha256=bc8122472fb9bb9c15d90d7a61b156f54a69d835592c85d0f37f6454d530dec8",
        )],
        body: Body::Text(r#"{"a":1,"b":2,"c":3}"#),
    },
    Vector {
        source: "https://github.com/buildkite/go-buildkite/blob/62b6fcf322c5259e786ac43db46f5c6419617411/webhook_test.go",
        scheme: Scheme::BUILDKITE,
        secret: "29b1ff5779c76bd48ba6705eb99ff970",
        at: 1_642_080_837,
        headers: &[(
            "x-buildkite-signature",
            "timestamp=1642080837,signature=582d496ac2d869dd97a3101c4cda346288c49a742592daf582ec64c86449f79c",
        )],
        body: Body::Text(
            r#"{"event":"ping","service":{"id":"c9f8372d-c0cd-43dc-9274-768a875cf6ca","provider":"webhook","settings":{"url":"https://server.com/webhooks"}},"organization":{"id":"49801950-1df0-474f-bb56-ad6a930c5cb9","graphql_id":"T3JnYW5pemF0aW9uLS0tZTBmMzk3MgsTksGkxOWYtZTZjNzczZTJiYjEy","url":"https://api.buildkite.com/v2/organizations/acme-inc","web_url":"https://buildkite.com/acme-inc","name":"ACME Inc","slug":"acme-inc","agents_url":"https://api.buildkite.com/v2/organizations/acme-inc/agents","emojis_url":"https://api.buildkite.com/v2/organizations/acme-inc/emojis","created_at":"2021-02-03T20:34:10.486Z","pipelines_url":"https://api.buildkite.com/v2/organizations/acme-inc/pipelines"},"sender":{"id":"c9f8372d-c0cd-43dc-9269-bcbb7f308e3f","name":"ACME Man"}}"#,
        ),
    },
    Vector {
        source: "https://github.com/checkr/webhook-verification-examples/blob/b50fd3b205b5cd7628a7e514604973c37e1680a4/verify_signature.py",
        scheme: Scheme::CHECKR,
        secret: "test-secret",
        at: 0,
        headers: &[(
            "x-checkr-signature",
            "b7412f05e981a473b5ecbdb5393afaea02a679db6d7c8e56803512ec4ba98151",
        )],
        body: Body::Text(r#"{"monday":"75F","tuesday":"80F"}"#),
    },
    Vector {
        source: "https://github.com/coinbase/coinbase-commerce-python/blob/91af61acf8cae6390dac91220e0cb3aa93983ca8/tests/test_webhook.py",
        scheme: Scheme::COINBASE_COMMERCE,
        secret: "30291a20-0bd1-4267-9b0f-e6e7b123c0bf",
        at: 0,
        headers: &[(
            "x-cc-webhook-signature",
            "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d",
        )],
        body: Body::Text(
            r#"{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created","api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A","name":"The Sovereign Individual","description":"Mastering the Transition to the Information Age","hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z","expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},"pricing_type":"no_price","payments":[],"addresses":{"bitcoin":"0000000000000000000000000000000000","ethereum":"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000","bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}"#,
        ),
    },
    Vector {
        source: "https://coinify.readme.io/docs/webhook-signature",
        scheme: Scheme::COINIFY,
        secret: "my-shared-secret",
        at: 0,
        headers: &[(
            "x-coinify-webhook-signature",
            "bcdbb89e3031905f3cc1a20d16b5f969a17a7d8fa0c26e4a807c2193402d66f4",
        )],
        body: Body::Text(r#"{"examplePayload":true}"#),
    },
    Vector {
        source: "https://docs.datasaur.ai/integrations/webhook-notifications/webhook-signature",
        scheme: Scheme::DATASAUR,
        secret: "secret",
        at: 0,
        headers: &[(
            "x-datasaur-signature",
            "0278b1a603de4c561ac0feb960354d0d00e8846b74813d81bddb43ad45bff767",
        )],
        body: Body::Text(r#"{"body":"sample"}"#),
    },
    Vector {
        source: "https://github.com/discourse/discourse/blob/0f2b47fc26a6136b822dbb4a0044e248c3f9b745/spec/fabricators/web_hook_fabricator.rb",
        scheme: Scheme::DISCOURSE,
        secret: "my_lovely_secret_for_web_hook",
        at: 0,
        headers: &[(
            "x-discourse-event-signature",
            "sha256=162f107f6b5022353274eb1a7197885cfd35744d8d08e5bcea025d309386b7d6",
        )],
        body: Body::Text(r#"{"ping":"OK"}"#),
    },
    Vector {
        source: "https://github.com/Finch-API/finch-api-python/blob/2952dfaca411486a6de3186cd973a0f3e6968fca/tests/api_resources/test_webhooks.py",
        scheme: Scheme::FINCH,
        secret: "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
        at: 1_676_312_382,
        headers: &[
            ("finch-event-id", "msg_2Lh9KRb0pzN4LePd3XiA4v12Axj"),
            ("finch-timestamp", "1676312382"),
            ("finch-signature", "v1,m7y0TV2C+hlHxU42wCieApTSTaA8/047OAplBqxIV/s="),
        ],
        body: Body::Text(r#"{"company_id":"720be419-0293-4d32-a707-32179b0827ab"}"#),
    },
    Vector {
        source: "https://github.com/GetStream/stream-chat-js/blob/77fb9c875e5d27896c563a51c86a56db24ebed16/test/unit/signing.test.js",
        scheme: Scheme::GETSTREAM,
        secret: "porewqKAFDSAKZssecretsercretfads",
        at: 0,
        headers: &[(
            "x-signature",
            "d0b770e93a56adc3ee9ac5734533cc0acd71eea8e5e8204a28042ca0f60de1f3",
        )],
        body: Body::Text("text"),
    },
    Vector {
        source: "https://github.com/gocardless/gocardless-pro-python/blob/d5c83f375d8867d2980745ed1c510f264823d300/tests/webhooks_test.py",
        scheme: Scheme::GOCARDLESS,
        secret: "ED7D658C-D8EB-4941-948B-3973214F2D49",
        at: 0,
        headers: &[(
            "webhook-signature",
            "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e",
        )],
        body: Body::Text(
            r#"{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions","action":"created","links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api","cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created","links":{"mandate":"MD000AMA19XGEC"},"details":{"origin":"api","cause":"mandate_created","description":"Mandate created via the API."},"metadata":{}}]}"#,
        ),
    },
    Vector {
        source: "https://github.com/helpscout/helpscout-api-php/blob/6edf26666d03512732c395e98a965f4faa71e170/examples/incoming_webhook.php",
        scheme: Scheme::HELPSCOUT,
        secret: "asdfasdf",
        at: 0,
        headers: &[("x-helpscout-signature", "7S2+kN8bZsrdAEADJ+yYfWWsf/4=")],
        body: Body::Text(r#"{"id":123}"#),
    },
    Vector {
        source: "https://github.com/kontent-ai/webhook-helper-js/blob/7a7a3163c1383ec026a81cb6785d76a15860fc6a/test/signatures/signature.spec.ts",
        scheme: Scheme::KONTENT_AI,
        secret: "hx3snVrI9E2Lgpi1LaL+WfiPWCh88OjI7Bv/3ihq+Qo=",
        at: 0,
        headers: &[("x-kontent-ai-signature", "k97ud4G3+Bo58p4LDJQY8SK81AThPMIDlZQjyWJbOgI=")],
        body: Body::Text(
            "{\r\n  \"notifications\": [\r\n    {\r\n      \"data\": {\r\n        \"system\": {\r\n          \"id\": \"74fda2ec-5f05-45e6-801c-0b041697256c\",\r\n          \"name\": \"This changes everything!\",\r\n          \"codename\": \"this_changes_everything_\",\r\n          \"collection\": \"default\",\r\n          \"workflow\": \"default\",\r\n          \"workflow_step\": \"published\",\r\n          \"language\": \"default\",\r\n          \"type\": \"product_update\",\r\n          \"last_modified\": \"2025-11-26T10:12:53.4900599Z\"\r\n        }\r\n      },\r\n      \"message\": {\r\n        \"environment_id\": \"2db94c54-294a-016e-81d4-826f7e4a11d8\",\r\n        \"object_type\": \"content_item\",\r\n        \"action\": \"workflow_step_changed\",\r\n        \"delivery_slot\": \"preview\",\r\n        \"action_context\": {\r\n          \"previous_workflow\": \"default\",\r\n          \"previous_workflow_step\": \"draft\"\r\n        }\r\n      }\r\n    }\r\n  ]\r\n}",
        ),
    },
    Vector {
        source: "https://github.com/line/line-bot-sdk-java/blob/1bcdf6b35a66bc82757bcde04d227326e3c8f99d/line-bot-parser/src/test/java/com/linecorp/bot/parser/LineSignatureValidatorTest.java",
        scheme: Scheme::LINE,
        secret: "SECRET",
        at: 0,
        headers: &[("x-line-signature", "3q8QXTAGaey18yL8FWTqdVlbMr6hcuNvM4tefa0o9nA=")],
        body: Body::Text("{}"),
    },
    Vector {
        source: "https://github.com/lithic-com/lithic-python/blob/938657e536a54fe6bf57c37fbb9f533c8e2545fd/tests/api_resources/test_webhooks.py",
        scheme: Scheme::LITHIC,
        secret: "whsec_zlFsbBZ8Xcodlpcu6NDTdSzZRLSdhkst",
        at: 1_676_312_382,
        headers: &[
            ("webhook-id", "msg_2Lh9KRb0pzN4LePd3XiA4v12Axj"),
            ("webhook-timestamp", "1676312382"),
            ("webhook-signature", "v1,Dwa0AHInLL3XFo2sxcHamOQDrJNi7F654S3L6skMAOI="),
        ],
        body: Body::Text(
            r#"{"card_token":"sit Lorem ipsum, accusantium repellendus possimus","created_at":"elit. placeat libero architecto molestias, sit","account_token":"elit.","issuer_decision":"magnam, libero esse Lorem ipsum magnam, magnam,","tokenization_attempt_id":"illum dolor repellendus libero esse accusantium","wallet_decisioning_info":{"device_score":"placeat architecto"},"digital_wallet_token_metadata":{"status":"reprehenderit dolor","token_requestor_id":"possimus","payment_account_info":{"account_holder_data":{"phone_number":"libero","email_address":"nobis molestias, veniam culpa! quas elit. quas libero esse architecto placeat"},"pan_unique_reference":"adipisicing odit magnam, odit"}}}"#,
        ),
    },
    Vector {
        source: "https://github.com/logto-io/logto/blob/1fbc55441fd28d9e3e7d69c1522e7654dccfe99c/packages/core/src/utils/sign.test.ts",
        scheme: Scheme::LOGTO,
        secret: "foo",
        at: 0,
        headers: &[(
            "logto-signature-sha-256",
            "436958f1dbfefab37712fb3927760490fbf7757da8c0b2306ee7b485f0360eee",
        )],
        body: Body::Text(r#"{"bar":"bar","foo":"foo"}"#),
    },
    Vector {
        source: "https://github.com/mailtrap/mailtrap-python/blob/cd63644f855eaa5acace18fc30c39761c7730e87/tests/unit/test_webhook_signature.py",
        scheme: Scheme::MAILTRAP,
        secret: "8d9a3c0e7f5b2d4a6c1e9f8b3a7d5c2e",
        at: 0,
        headers: &[(
            "mailtrap-signature",
            "6d262e2611cd09be1f948382b5c611d63b0e585c4c9c5e40139d6ac3876d5433",
        )],
        body: Body::Text(
            r#"{"event":"delivery","sending_stream":"transactional","category":"welcome","message_id":"a8b1d8f6-1f8d-4a3c-9b2e-1a2b3c4d5e6f","email":"recipient@example.com","event_id":"f1e2d3c4-b5a6-7890-1234-567890abcdef","timestamp":1716070000}"#,
        ),
    },
    Vector {
        source: "https://github.com/Modern-Treasury/modern-treasury-python/blob/aaddd3d8568c446895cc93b8fabd5b41223e55d5/tests/api_resources/test_webhooks.py",
        scheme: Scheme::MODERN_TREASURY,
        secret: "foo",
        at: 0,
        headers: &[(
            "x-signature",
            "08ba357e274f528065766c770a639abf6809b39ccfd37c2a3157c7f51954da0a",
        )],
        body: Body::Text("foo"),
    },
    Vector {
        source: "https://teamapt.atlassian.net/wiki/spaces/MON/pages/212008918",
        scheme: Scheme::MONNIFY,
        secret: "91MUDL9N6U3BQRXBQ2PJ9M0PW4J22M1Y",
        at: 0,
        headers: &[(
            "monnify-signature",
            "f04fb635e04d71648bd3cc7999003da6861483342c856d05ddfa9b2dafacb873b0de1d0f8f67405d0010b4348b721c49fa171d317972618debba6b638aedcd3c",
        )],
        body: Body::Text(
            r#"{"eventData":{"product":{"reference":"111222333","type":"OFFLINE_PAYMENT_AGENT"},"transactionReference":"MNFY|76|20211117154810|000001","paymentReference":"0.01462001097368737","paidOn":"17/11/2021 3:48:10 PM","paymentDescription":"Mockaroo Jesse","metaData":{},"destinationAccountInformation":{},"paymentSourceInformation":{},"amountPaid":78000,"totalPayable":78000,"offlineProductInformation":{"code":"41470","type":"DYNAMIC"},"cardDetails":{},"paymentMethod":"CASH","currency":"NGN","settlementAmount":77600,"paymentStatus":"PAID","customer":{"name":"Mockaroo Jesse","email":"111222333@ZZAMZ4WT4Y3E.monnify"}},"eventType":"SUCCESSFUL_TRANSACTION"}"#,
        ),
    },
    Vector {
        source: "https://developer-docs.gomotive.com/reference/company-webhooks-overview",
        scheme: Scheme::MOTIVE,
        secret: "d9d36bea41c44ae49d1bfc4a48ba2abe",
        at: 0,
        headers: &[("x-kt-webhook-signature", "f04a8386a21a6cba0447024e83b3f0983352bb72")],
        body: Body::Text(r#"["fault_code_closed"]"#),
    },
    Vector {
        source: "https://github.com/muxinc/mux-node-sdk",
        scheme: Scheme::MUX,
        secret: "SuperSecret123",
        at: 1_565_125_718,
        headers: &[(
            "mux-signature",
            "t=1565125718,v1=854ece4c22acef7c66b57d4e504153bc512595e8e9c772ece2a68150548c19a7",
        )],
        body: Body::Text(r#"{"test":"body"}"#),
    },
    Vector {
        source: "https://github.com/novuhq/novu/blob/74a2e9a6a295cd5a17aa9806914b4574fecce737/packages/providers/src/lib/push/push-webhook/push-webhook.provider.spec.ts",
        scheme: Scheme::NOVU_PUSH,
        secret: "super-secret-key",
        at: 0,
        headers: &[(
            "x-novu-signature",
            "ebb2ff6420df59a863a6ddfa64ca8721cbbce038d5432c441cde83dee43b70d9",
        )],
        body: Body::Text(
            r#"{"title":"Test","content":"Test push","target":["tester"],"payload":{"sound":"test_sound","subscriber":{},"step":{"digest":false,"events":[{}],"total_count":1}}}"#,
        ),
    },
    Vector {
        source: "https://github.com/novuhq/novu/blob/74a2e9a6a295cd5a17aa9806914b4574fecce737/packages/providers/src/lib/email/email-webhook/email-webhook.provider.spec.ts",
        scheme: Scheme::NOVU_PUSH,
        secret: "super-secret-key",
        at: 0,
        headers: &[(
            "x-novu-signature",
            "d1e94cd19eeceec2e0717e36f7edacaa93612b311bde8756ee35b89d4a994767",
        )],
        body: Body::Text(
            r#"{"to":["johndoe@example.com"],"from":"janedoe@example.com","subject":"test","html":"<h1>test</h1>","text":"test"}"#,
        ),
    },
    Vector {
        source: "https://github.com/onfido/onfido-python/blob/04baf27433ba2b4dbc48480f8a753f87d7d70967/tests/test_classic_webhook_event_verification.py",
        scheme: Scheme::ONFIDO,
        secret: "wU99mE6jJ7nXOLFwZ0tJymM1lpI15pZh",
        at: 0,
        headers: &[(
            "x-sha2-signature",
            "77ebc3e418f26be6eebb47f7ebe551321de26734fc273961e075fc9ab163d9c7",
        )],
        body: Body::Text(
            r#"{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"f2302f45-227d-413d-ad61-09ec077a086a","status":"complete","completed_at_iso8601":"2024-04-04T09:21:21Z","href":"https://api.onfido.com/v3.6/checks/f2302f45-227d-413d-ad61-09ec077a086a"}}}"#,
        ),
    },
    Vector {
        source: "https://github.com/PagerDuty/go-pagerduty/blob/d34fb98c09850c92771001dd77a3609acda0ca29/webhookv3/webhookv3_test.go",
        scheme: Scheme::PAGERDUTY,
        secret: "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK",
        at: 0,
        headers: &[(
            "x-pagerduty-signature",
            "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd",
        )],
        body: Body::Text(
            r#"{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident","occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}"#,
        ),
    },
    Vector {
        source: "https://github.com/team-plain/typescript-sdk/blob/88de0180fc5cb76802f035f6e4f0454ee423fb34/src/tests/verify-plain-webhook.test.ts",
        scheme: Scheme::PLAIN,
        secret: "secret",
        at: 0,
        headers: &[(
            "plain-request-signature",
            "ae0d54c966dea1056b6ced04d1bafc3358af592469b5fd55553dcb036b58a1ef",
        )],
        body: Body::Text(
            r#"{"timestamp":"2023-10-19T14:12:25.266Z","workspaceId":"w_01GST0W989ZNAW53X6XYHAY87P","payload":{"eventType":"thread.thread_created","thread":{"id":"th_01HD44FHMCDSSWE38N14FSYV6K","customer":{"id":"c_01HD44FHDPG82VQ4QNHDR4N2T0","email":{"email":"peter@example.com","isVerified":false,"verifiedAt":null},"externalId":null,"fullName":"Peter Santos","shortName":"Peter","markedAsSpamAt":null,"markedAsSpamBy":null,"customerGroupMemberships":[],"createdAt":"2023-10-04T14:17:41.991Z","createdBy":{"actorType":"system","system":"email_inbound_handler"},"updatedAt":"2023-10-04T14:17:41.991Z","updatedBy":{"actorType":"system","system":"email_inbound_handler"}},"title":"Unable to tail logs","previewText":"Hey, I am currently unable to tail the logs of the service svc-8af1e3","priority":2,"externalId":null,"status":"TODO","statusChangedAt":"2023-10-19T14:12:25.266Z","statusChangedBy":{"actorType":"system","system":"email_inbound_handler"},"statusDetail":{"type":"CREATED","createdAt":"2023-10-19T14:12:25.266Z"},"assignee":null,"assignedAt":null,"additionalAssignees":[],"labels":[],"firstInboundMessageInfo":null,"firstOutboundMessageInfo":null,"lastInboundMessageInfo":null,"lastOutboundMessageInfo":null,"supportEmailAddresses":["help@example.com"],"createdAt":"2023-10-19T14:12:25.266Z","createdBy":{"actorType":"system","system":"email_inbound_handler"},"updatedAt":"2023-10-19T14:12:25.266Z","updatedBy":{"actorType":"system","system":"email_inbound_handler"}}},"id":"pEv_01HD44FHHJ0YABSNGKWMG3CJ5J","webhookMetadata":{"webhookTargetId":"whTarget_01HD4400VTDJQ646V6RY37SR7K","webhookTargetVersion":"2026-02-27","webhookDeliveryAttemptId":"whAttempt_01HD44FJASQM23MNHYDYPAXEG8","webhookDeliveryAttemptNumber":1,"webhookDeliveryAttemptTimestamp":"2023-10-19T14:12:26.073Z"},"type":"thread.thread_created"}"#,
        ),
    },
    Vector {
        source: "https://github.com/pusher/pusher-http-php/blob/71dbdaa779f96c29897fb7ac5a6cefbfe576f0a0/tests/unit/WebhookTest.php",
        scheme: Scheme::PUSHER,
        secret: "thisisasecret",
        at: 0,
        headers: &[(
            "x-pusher-signature",
            "40e0ad3b9aa49529322879e84de1aaaf18bde1efe839ca263d540cc865510d25",
        )],
        body: Body::Text(r#"{"hello":"world"}"#),
    },
    Vector {
        source: "https://github.com/pusher/pusher-http-go/blob/da1cab54cb9c78e204ecf98c0f514b7f2da65a11/crypto_test.go",
        scheme: Scheme::PUSHER,
        secret: "supersecret",
        at: 0,
        headers: &[(
            "x-pusher-signature",
            "64e3f44166575febbc5de88c9476325ea7d4b3684752158d9fdb31fce34b980d",
        )],
        body: Body::Text("Hello!"),
    },
    Vector {
        source: "https://github.com/intuit/QuickBooks-V3-Java-SDK/blob/79b5a3c125b2c1c4828f89142039789b61b47ea4/ipp-v3-java-devkit/src/test/java/com/intuit/ipp/services/WebhooksServiceTest.java",
        scheme: Scheme::QUICKBOOKS,
        secret: "b5771f19b12ddb4bcdb9f08bdc50bc63878a",
        at: 0,
        headers: &[("intuit-signature", "JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q=")],
        body: Body::Text(
            r#"{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":[{"name":"Customer","id":"1","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}"#,
        ),
    },
    Vector {
        source: "https://github.com/razorpay/razorpay-python/blob/b56ac018bf023e2b244a73a4bda2ea861115edcf/tests/test_client_utility.py",
        scheme: Scheme::RAZORPAY,
        secret: "key_secret",
        at: 0,
        headers: &[(
            "x-razorpay-signature",
            "d60e67fd884556c045e9be7dad57903e33efc7172c17c6e3ef77db42d2b366e9",
        )],
        body: Body::Text(
            r#"{
  "event": "payment.authorized",
  "entity": "event",
  "contains": [
    "payment"
  ],
  "payload": {
    "payment": {
      "entity": {
        "id": "pay_6koWN7bvxujzxM",
        "entity": "payment",
        "amount": 1000000,
        "currency": "INR",
        "status": "captured",
        "order_id": "order_100000000order",
        "international": false,
        "method": "card",
        "amount_refunded": 0,
        "refund_status": null,
        "captured": true,
        "description": "random description",
        "card_id": "card_6koWNAT6LASUqy",
        "bank": null,
        "wallet": null,
        "vpa": null,
        "email": "a@b.com",
        "contact": "+919999999999",
        "notes": {
          "merchant_order_id": "random order id"
        },
        "fee": 23000,
        "service_tax": 3000,
        "error_code": null,
        "error_description": null,
        "created_at": 1479978483
      }
    }
  },
  "created_at": 1400826760
}
"#,
        ),
    },
    Vector {
        source: "https://github.com/razorpay/razorpay-node",
        scheme: Scheme::RAZORPAY,
        secret: "123456",
        at: 0,
        headers: &[(
            "x-razorpay-signature",
            "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc",
        )],
        body: Body::Text(r#"{"a":1,"b":2,"c":{"d":3}}"#),
    },
    Vector {
        source: "https://github.com/replicate/replicate-javascript/blob/2fd6f3944f5e252f2eb7cd4e9e5416786b9c4861/index.test.ts",
        scheme: Scheme::REPLICATE,
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        at: 1_614_265_330,
        headers: &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: Body::Text(r#"{"test": 2432232314}"#),
    },
    Vector {
        source: "https://github.com/RetellAI/retell-python-sdk/blob/a14e5119692c4a64970e9f6b2a8e9025e271812a/tests/test_webhook_auth.py",
        scheme: Scheme::RETELL,
        secret: "test-api-key",
        at: 1_700_000_000,
        headers: &[(
            "x-retell-signature",
            "v=1700000000000,d=07024cabe7dd8f6d1c6e4a8324ca92c812e6ad4a7ee506c04f7e462e3321823e",
        )],
        body: Body::Text(r#"{"event":"call_ended"}"#),
    },
    Vector {
        source: "https://github.com/sanity-io/webhook-toolkit/blob/649f5adcd8e9d45f73172b05870863b299ba9bc9/test/middleware.test.ts",
        scheme: Scheme::SANITY,
        secret: "test",
        at: 1_633_519_811,
        headers: &[(
            "sanity-webhook-signature",
            "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0",
        )],
        body: Body::Text(r#"{"_id":"resume"}"#),
    },
    Vector {
        source: "https://sendcloud.dev/api/v2/webhooks",
        scheme: Scheme::SENDCLOUD,
        secret: "secretkey",
        at: 0,
        headers: &[(
            "sendcloud-signature",
            "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a",
        )],
        body: Body::Text(r#"{"key": "value"}"#),
    },
    Vector {
        source: "https://github.com/Shopify/shopify-api-js/blob/9dd9284376deaca14598e8dc96c90b868e03086b/packages/shopify-api/lib/webhooks/__tests__/validate.test.ts",
        scheme: Scheme::SHOPIFY,
        secret: "test_secret_key",
        at: 0,
        headers: &[("x-shopify-hmac-sha256", "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=")],
        body: Body::Text(r#"{"foo": "bar"}"#),
    },
    Vector {
        source: "https://github.com/shopware/app-php-sdk/blob/9fd9b59db1892cc3d6b4cc2e97fb7a41f506a2be/tests/Authentication/RequestVerifierTest.php",
        scheme: Scheme::SHOPWARE,
        secret: "secret",
        at: 0,
        headers: &[(
            "shopware-shop-signature",
            "dc46983557fea127b43af721467eb9b3fde2338fe3e14f51952aa8478c13d355",
        )],
        body: Body::Text("body"),
    },
    Vector {
        source: "https://github.com/smartcar/node-sdk/blob/60fa154781869dcf1b0ab576cf41ffbddda2e548/test/unit/index.js",
        scheme: Scheme::SMARTCAR,
        secret: "amt",
        at: 0,
        headers: &[(
            "sc-signature",
            "4c05a8da471f05156ad717baa4017acd13a3a809850b9ca7d3301dcaaa854f70",
        )],
        body: Body::Text(r#"{"pizza":"pasta"}"#),
    },
    Vector {
        source: "https://github.com/uploadcare/uploadcare-ruby/blob/3e2909293526e49f5d05843b0c873ec3d9c81ee7/spec/uploadcare/webhook_signature_verifier_spec.rb",
        scheme: Scheme::UPLOADCARE,
        secret: "12345X",
        at: 0,
        headers: &[(
            "x-uc-signature",
            "v1=9b31c7dd83fdbf4a2e12b19d7f2b9d87d547672a325b9492457292db4f513c70",
        )],
        body: Body::Text(
            r#"{"payload_hash":"1844671900","data":{"uuid":"f08d7c8a-2971-42e0-ab01-780d9039b40b","image_info":{"color_mode":"RGB","format":"JPEG","height":168,"width":300,"orientation":null,"dpi":null,"geo_location":null,"datetime_original":null,"sequence":false},"video_info":null,"content_info":{"mime":{"mime":"image/jpeg","type":"image","subtype":"jpeg"},"video":null,"image":{"color_mode":"RGB","format":"JPEG","height":168,"width":300,"orientation":null,"dpi":null,"geo_location":null,"datetime_original":null,"sequence":false}},"mime_type":"image/jpeg","original_filename":"download.jpeg","size":10603,"is_image":true,"is_ready":true,"datetime_removed":null,"datetime_stored":null,"datetime_uploaded":null,"original_file_url":"https://ucarecdn.com/f08d7c8a-2971-42e0-ab01-780d9039b40b/download.jpeg","url":"","source":null,"variations":null,"rekognition_info":null},"hook":{"id":889783,"project_id":123681,"target":"https://6f48-188-232-175-230.ngrok.io/posts","event":"file.uploaded","is_active":true,"created_at":"2021-11-18T06:17:42.730459Z","updated_at":"2021-11-18T06:17:42.730459Z"},"file":"https://ucarecdn.com/f08d7c8a-2971-42e0-ab01-780d9039b40b/download.jpeg"}"#,
        ),
    },
    Vector {
        source: "https://github.com/Viber/viber-bot-python/blob/9825dfeb69d742b13397c3a465f7b5b41ca6c7aa/tests/api/test_api.py",
        scheme: Scheme::VIBER,
        secret: "44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3",
        at: 0,
        headers: &[(
            "x-viber-content-signature",
            "d21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef",
        )],
        body: Body::Text(
            r#"{"event":"webhook","timestamp":4977069964384421269,"message_token":1478683725125}"#,
        ),
    },
    Vector {
        source: "https://help.zoho.com/portal/en/kb/zoho-sign/admin-guide/webhooks/articles/securing-zoho-sign-webhooks-with-hmac-authentication",
        scheme: Scheme::ZOHO_SIGN,
        secret: "thisisthesamplekeyfortestingpurposes",
        at: 0,
        headers: &[("x-zs-webhook-signature", "drbSrM4H816RYKpZiRBLddUa0yHaTrwjtY04sIZFZus=")],
        // With the brace that the page has twice.
        body: Body::Text(
            r#"{{"requests":{"request_name":"Test Name"},"notifications":{"operation_type":"RequestSigningSuccess"}}"#,
        ),
    },
];
