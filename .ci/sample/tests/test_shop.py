import unittest

from billing.invoice import invoice
from stock.shelf import Shelf


class ShopTest(unittest.TestCase):
    def test_invoice(self) -> None:
        assert invoice("Ada", {"apple": 5}) == "Invoice for Ada\n5 x apple\nSum: 2.38"

    def test_shelf(self) -> None:
        shelf = Shelf()
        shelf.put("bread", 2)
        assert shelf.take("bread", 3) == 2
        assert shelf.take("bread", 1) == 0
