"""A file as a browser sends it, and the documented catalogue."""

BOUNDARY = "shop-boundary"


FORM = [("content-type", f"multipart/form-data; boundary={BOUNDARY}")]


END = f"--{BOUNDARY}--\r\n".encode()


HEAD = "item_id,item_type,status\n"


ROW = "a,product,active\n"


# From the documentation's page on loading a catalogue.
CATALOG_CSV = """\
item_id,item_type,name,price,category,status
PROD-001,product,Wireless Headphones,149.99,Electronics,active
PROD-002,product,Running Shoes,89.99,Footwear,active
PROD-003,product,Coffee Maker,59.99,Kitchen,active
PROD-004,product,Yoga Mat,29.99,Fitness,inactive
"""


def form(content: str | bytes, name: str | None = "catalog.csv", field: str = "file") -> bytes:
    content = content.encode() if isinstance(content, str) else content
    file_name = f'; filename="{name}"' if name is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{file_name}\r\n\r\n'
    return head.encode() + content + b"\r\n" + END
