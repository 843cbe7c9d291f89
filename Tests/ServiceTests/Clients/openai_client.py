"""Drives `orrery serve` as its users do: with OpenAI's Python client, sockets and signals.

usage: openai_client.py PROGRAM
"""

import base64
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

import openai

PROGRAM = sys.argv.pop(1)
MODEL = "smollm2-135m-instruct"
EMBEDDER = "all-minilm-l6-v2"


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def has_embedder():
    return subprocess.run(
        [PROGRAM, "models", "info", EMBEDDER], capture_output=True).returncode == 0


class Server:
    """A server on a port of its own."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", *options], stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        self.port = int(re.search(r":(\d+)/v1", line).group(1))
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = openai.OpenAI(
            base_url=self.url + "/v1", api_key="key", max_retries=0, timeout=120)

    def metric(self, name):
        text = urllib.request.urlopen(self.url + "/metrics", timeout=10).read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith(name + "{") or line.startswith(name + " "))

    def wait(self, name, value, seconds=15):
        end = time.time() + seconds
        while time.time() < end:
            if self.metric(name) == value:
                return True
            time.sleep(0.1)
        return False

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.process.stderr.close()
        return status


def chat(client, **options):
    options = {"max_tokens": 12, "temperature": 0, **options}
    return client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What is the capital of France?"}],
        **options)


class ClientTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--max-waiting", "4", "--max-running", "8", "--max-body", "1MiB")
        cls.client = cls.server.client

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    def test_models_are_listed(self):
        self.assertEqual([model.id for model in self.client.models.list()], [MODEL])
        self.assertEqual(self.client.models.retrieve(MODEL).id, MODEL)
        with self.assertRaises(openai.NotFoundError):
            self.client.models.retrieve("none")

    def test_a_chat_answers_with_usage(self):
        answer = chat(self.client)
        self.assertGreater(len(answer.choices[0].message.content), 5)
        usage = answer.usage
        self.assertEqual(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)
        self.assertGreater(usage.prompt_tokens, 10)

    def test_a_stream_says_what_the_whole_answer_says(self):
        whole = chat(self.client)
        chunks = list(chat(self.client, stream=True, stream_options={"include_usage": True}))
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        self.assertEqual(text, whole.choices[0].message.content)
        self.assertEqual(chunks[0].choices[0].delta.role, "assistant")
        self.assertEqual(chunks[-1].usage.completion_tokens, whole.usage.completion_tokens)
        self.assertEqual(chunks[-2].choices[0].finish_reason, whole.choices[0].finish_reason)

    def test_several_answers_differ_and_repeat_with_their_seed(self):
        texts = [[c.message.content for c in chat(
            self.client, n=2, temperature=1.5, seed=3, max_tokens=20).choices] for _ in range(2)]
        self.assertEqual(texts[0], texts[1])
        self.assertNotEqual(texts[0][0], texts[0][1])

    def test_probabilities_are_told(self):
        answer = chat(self.client, logprobs=True, top_logprobs=3, max_tokens=4)
        tokens = answer.choices[0].logprobs.content
        self.assertEqual(len(tokens), 4)
        for token in tokens:
            self.assertEqual(len(token.top_logprobs), 3)
            self.assertAlmostEqual(token.logprob, token.top_logprobs[0].logprob)

    def test_an_answer_has_the_form_of_a_schema(self):
        schema = {"type": "object", "required": ["city", "people"], "additionalProperties": False,
                  "properties": {"city": {"type": "string", "maxLength": 20},
                                 "people": {"type": "integer", "minimum": 0, "maximum": 99}}}
        answer = chat(self.client, max_tokens=60, response_format={
            "type": "json_schema", "json_schema": {"name": "city", "schema": schema}})
        value = json.loads(answer.choices[0].message.content)
        self.assertIsInstance(value["city"], str)
        self.assertIsInstance(value["people"], int)
        answer = chat(self.client, max_tokens=40, response_format={"type": "json_object"})
        self.assertIsInstance(json.loads(answer.choices[0].message.content), dict)

    def test_completions_take_all_sorts_of_prompts(self):
        create = self.client.completions.create
        options = {"model": MODEL, "max_tokens": 5, "temperature": 0}
        one = create(prompt="The capital of France is", **options)
        self.assertIn("Paris", one.choices[0].text)
        many = create(prompt=["The capital of France is", "One, two,"], **options)
        self.assertEqual(many.choices[0].text, one.choices[0].text)
        tokens = create(prompt=[[504, 3575, 282], [28]], logprobs=1, **options)
        self.assertEqual([len(c.logprobs.tokens) for c in tokens.choices], [5, 5])
        echoed = create(prompt="One, two,", echo=True, stop=[" five"], **options)
        self.assertTrue(echoed.choices[0].text.startswith("One, two,"))

    def test_scored_prompts_agree_with_what_was_drawn(self):
        create = self.client.completions.create
        drawn = create(model=MODEL, prompt="One, two, three,", max_tokens=6, temperature=0,
                       logprobs=1).choices[0]
        scored = create(model=MODEL, prompt="One, two, three," + drawn.text, max_tokens=0,
                        echo=True, logprobs=1).choices[0].logprobs
        self.assertIsNone(scored.token_logprobs[0])
        self.assertEqual("".join(scored.tokens), "One, two, three," + drawn.text)
        for a, b in zip(scored.token_logprobs[-6:], drawn.logprobs.token_logprobs):
            self.assertAlmostEqual(a, b, delta=0.3)

    def test_faults_are_told_as_the_client_knows_them(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            chat(self.client, temperature=7)
        self.assertEqual(caught.exception.param, "temperature")
        with self.assertRaises(openai.BadRequestError) as caught:
            chat(self.client, max_tokens=100_000)
        self.assertEqual(caught.exception.code, "context_length_exceeded")
        with self.assertRaises(openai.APIStatusError) as caught:
            self.client.completions.create(model=MODEL, prompt="x" * 2_000_000)
        self.assertEqual(caught.exception.status_code, 413)

    def test_a_client_that_leaves_frees_its_blocks(self):
        for stream in (True, False):
            body = json.dumps({"model": MODEL, "prompt": "Once", "max_tokens": 4000,
                               "stream": stream, "ignore_eos": True}).encode()
            with socket.create_connection(("127.0.0.1", self.server.port)) as client:
                client.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: %d"
                               b"\r\n\r\n%b" % (len(body), body))
                self.assertTrue(self.server.wait("vllm:num_requests_running", 1))
                self.assertGreater(self.server.metric("vllm:kv_cache_usage_perc"), 0)
            self.assertTrue(self.server.wait("vllm:num_requests_running", 0))
            self.assertTrue(self.server.wait("vllm:kv_cache_usage_perc", 0))

    def test_too_many_at_once_are_told_to_come_again(self):
        statuses, retries = [], []

        def ask():
            try:
                chat(self.client, max_tokens=60, extra_body={"ignore_eos": True})
                statuses.append(200)
            except openai.RateLimitError as error:
                statuses.append(error.status_code)
                retries.append(error.response.headers["retry-after"])

        threads = [threading.Thread(target=ask) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertGreaterEqual(statuses.count(200), 8)
        self.assertGreater(statuses.count(429), 0)
        self.assertEqual(set(retries), {"1"})


    def test_a_text_has_as_many_tokens_as_were_asked_for(self):
        create = self.client.completions.create
        options = {"model": MODEL, "prompt": "One, two, three,", "max_tokens": 30, "temperature": 0}
        ended = create(stop=[","], **options)
        self.assertLess(ended.usage.completion_tokens, 10)
        longer = create(stop=[","], extra_body={"min_tokens": 10}, **options)
        self.assertGreater(longer.usage.completion_tokens, 10)
        self.assertLess(longer.usage.completion_tokens, 16)
        with self.assertRaises(openai.BadRequestError) as caught:
            create(extra_body={"min_tokens": 31}, **options)
        self.assertEqual(caught.exception.param, "min_tokens")

    def test_many_answers_are_taken_where_there_is_room_for_one_request(self):
        answer = chat(self.client, n=12, temperature=1, max_tokens=3)
        self.assertEqual(len(answer.choices), 12)

    def test_texts_become_tokens_and_come_back(self):
        def post(path, **body):
            request = urllib.request.Request(
                self.server.url + path, json.dumps({"model": MODEL, **body}).encode())
            return json.load(urllib.request.urlopen(request, timeout=10))
        cut = post("/tokenize", prompt="The capital of France is")
        self.assertEqual(cut["count"], len(cut["tokens"]))
        self.assertEqual(post("/detokenize", tokens=cut["tokens"])["prompt"],
                         "The capital of France is")
        usage = chat(self.client, max_tokens=1).usage
        talk = post("/tokenize", messages=[
            {"role": "user", "content": "What is the capital of France?"}])
        self.assertEqual(talk["count"], usage.prompt_tokens)

    def test_a_server_without_embedder_says_how_it_gets_one(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.embeddings.create(model=MODEL, input="a")
        self.assertIn("--embedding-model", str(caught.exception))


@unittest.skipUnless(has_embedder(), "orrery models get " + EMBEDDER)
class EmbeddingTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--embedding-model", EMBEDDER)
        cls.client = cls.server.client

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0

    TEXTS = ["How do I bake bread?", "A recipe for a loaf.", "The stock market fell today."]

    def test_both_encodings_hold_the_same_numbers(self):
        plain = self.client.embeddings.create(
            model=EMBEDDER, input=self.TEXTS, encoding_format="float")
        packed = self.client.embeddings.create(
            model=EMBEDDER, input=self.TEXTS, encoding_format="base64")
        default = self.client.embeddings.create(model=EMBEDDER, input=self.TEXTS)
        self.assertEqual(plain.usage.total_tokens, packed.usage.total_tokens)
        for a, b, c in zip(plain.data, packed.data, default.data):
            self.assertEqual(len(a.embedding), 384)
            data = base64.b64decode(b.embedding)
            self.assertEqual(struct.pack("<384f", *a.embedding), data)
            self.assertEqual(struct.pack("<384f", *c.embedding), data)
        self.assertEqual([m.id for m in self.client.models.list()], [MODEL, EMBEDDER])

    def test_vectors_are_those_of_the_embedder_and_near_where_meanings_are(self):
        vectors = [e.embedding for e in self.client.embeddings.create(
            model=EMBEDDER, input=self.TEXTS, encoding_format="float").data]
        code = ("local e = llm.embedder('%s') for _, text in ipairs({%s}) do "
                "local v = e:embed(text) for i = 1, 384 do io.write(v[i], ' ') end print() end"
                % (EMBEDDER, ",".join(json.dumps(t) for t in self.TEXTS)))
        lines = subprocess.run([PROGRAM, "-e", code], capture_output=True, text=True,
                               check=True).stdout.strip().splitlines()
        own = [[float(x) for x in line.split()] for line in lines]
        for a, b in zip(vectors, own):
            self.assertAlmostEqual(dot(a, b), 1, delta=1e-5)
        near = dot(vectors[0], vectors[1])
        self.assertGreater(near, dot(vectors[0], vectors[2]) + 0.2)

    def test_many_clients_embed_and_chat_at_once(self):
        alone = [self.client.embeddings.create(model=EMBEDDER, input=t).data[0].embedding
                 for t in self.TEXTS]
        failures = []

        def ask(number):
            try:
                if number % 4 == 0:
                    chat(self.client)
                    return
                texts = [self.TEXTS[(number + i) % 3] for i in range(40)]
                data = self.client.embeddings.create(model=EMBEDDER, input=texts).data
                for i, one in enumerate(data):
                    if dot(one.embedding, alone[(number + i) % 3]) < 1 - 1e-5:
                        failures.append((number, i))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_what_is_too_long_is_refused_or_cut_as_asked(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.embeddings.create(model=EMBEDDER, input="bread " * 600)
        self.assertEqual(caught.exception.code, "context_length_exceeded")
        cut = self.client.embeddings.create(
            model=EMBEDDER, input="bread " * 600, extra_body={"truncate_prompt_tokens": -1})
        self.assertLessEqual(cut.usage.prompt_tokens, 512)

    def test_an_embedder_can_be_served_alone(self):
        server = Server("--model", EMBEDDER, "--name", "vectors")
        self.assertEqual([model.id for model in server.client.models.list()], ["vectors"])
        self.assertEqual(
            len(server.client.embeddings.create(model="vectors", input="a").data), 1)
        with self.assertRaises(openai.BadRequestError):
            server.client.completions.create(model="vectors", prompt="a")
        self.assertEqual(server.stop(), 0)


class EndTests(unittest.TestCase):
    def test_what_runs_is_finished_when_the_server_ends(self):
        server = Server()
        stream = chat(server.client, stream=True, max_tokens=40, extra_body={"ignore_eos": True})
        chunks = [next(stream)]
        server.process.send_signal(signal.SIGTERM)
        chunks += list(stream)
        self.assertEqual(chunks[-1].choices[0].finish_reason, "length")
        self.assertEqual(server.stop(), 0)

    def test_what_does_not_finish_in_time_is_told_so(self):
        server = Server("--drain-seconds", "0.3")
        stream = chat(server.client, stream=True, max_tokens=7000, extra_body={"ignore_eos": True})
        next(stream)
        server.process.send_signal(signal.SIGTERM)
        with self.assertRaises(openai.APIError) as caught:
            list(stream)
        self.assertIn("shutting down", str(caught.exception))
        self.assertEqual(server.stop(), 0)

    def test_a_key_is_asked_for(self):
        server = Server("--api-key", "secret")
        with self.assertRaises(openai.AuthenticationError):
            chat(server.client)
        self.assertTrue(chat(server.client.with_options(api_key="secret")).choices)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
