"""Forms as browsers post them, byte by byte."""
import documents

PDF = documents.text_pdf(1)


def multipart(parts, boundary="xyzzy"):
    """(body, content type) of a form of (headers, content) parts."""
    body = b"".join(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def file_part(content=PDF, name="document.pdf", field="file"):
    """A part with a file, for multipart()."""
    return f'Content-Disposition: form-data; name="{field}"; filename="{name}"', content
