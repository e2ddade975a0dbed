import unittest

import hello


class GreetingTest(unittest.TestCase):
    def test_it_greets(self):
        self.assertEqual(hello.greeting(), "Hello, Peios!")
